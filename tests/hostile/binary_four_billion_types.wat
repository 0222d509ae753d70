;; Four billion types, it says.
(module binary "\00asm\01\00\00\00\01\06\ff\ff\ff\ff\0f\60")
