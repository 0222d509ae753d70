;; A number of which every byte says that more follow.
(module binary "\00asm\01\00\00\00\01\ff\ff\ff\ff\ff\ff")
