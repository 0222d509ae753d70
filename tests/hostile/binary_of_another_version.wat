;; Of a version that there is not.
(module binary "\00asm\63\00\00\00")
