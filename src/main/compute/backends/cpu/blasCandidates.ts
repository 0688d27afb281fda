/** Where system libraries are looked for, best first. Names without a folder go through the dynamic linker. */
export function blasCandidates(platform: NodeJS.Platform): readonly string[] {
  switch (platform) {
    case 'darwin':
      return [
        '/System/Library/Frameworks/Accelerate.framework/Accelerate',
        '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
        '/usr/local/opt/openblas/lib/libopenblas.dylib',
      ]
    case 'win32':
      return ['libopenblas.dll', 'mkl_rt.2.dll']
    default:
      // The reference libblas is left out: the embedded kernels are faster.
      return ['libmkl_rt.so.2', 'libopenblas.so.0', 'libopenblas.so', 'libblis.so.4', 'libblis.so']
  }
}

/** What to install for faster products, in the words of the platform. */
export function blasAdvice(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'Accelerate is part of macOS; if it does not load, `brew install openblas`.'
    case 'win32':
      return 'Put libopenblas.dll (OpenBLAS releases) on the PATH, or give its path in the settings.'
    default:
      return 'Debian, Ubuntu: `apt install libopenblas0-pthread`; Fedora: `dnf install openblas-libs`; Arch: `pacman -S openblas`.'
  }
}
