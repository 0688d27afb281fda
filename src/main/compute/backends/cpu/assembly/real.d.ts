/** The precision that the kernels are compiled for, f64 or f32: given to the compiler, see build/assemblyscript.ts. */
declare type Real = f64
