;; A section that there is not.
(module binary "\00asm\01\00\00\00\3f\01\00")
