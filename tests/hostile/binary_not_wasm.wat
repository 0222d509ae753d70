;; A program of the system's.
(module binary "\7fELF\02\01\01\00")
