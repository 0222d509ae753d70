;; Cut within its first section.
(module binary "\00asm\01\00\00\00\01\7f\01")
