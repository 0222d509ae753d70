//! Every bound of compiling, with its unit and its reason.
use std::time::Duration;

/// What a compiler may write to: its heap and its stacks, of one process as `RLIMIT_DATA` counts them, and of all that it
/// started together. An ordinary module takes a quarter; with the compiler's own code, which is mapped, a process stays
/// below 1.5 GiB. Bytes.
pub(crate) const COMPILER_MEMORY: u64 = 1280 << 20;
/// Processes of a compiler: `rustc` starts a linker, and that one another.
pub(crate) const COMPILER_PROCESSES: usize = 32;
/// How often the memory of all of them is added up. Short against the time that filling it takes.
pub(crate) const COMPILER_WATCH: Duration = Duration::from_millis(100);
/// The heap of Node.js within that: the rest is for the optimizer, which is WebAssembly of its own. MiB.
pub(crate) const NODE_HEAP: u32 = 640;
/// Compiling one module, from start to end: a text may compute for ever while it is compiled.
pub(crate) const COMPILE: Duration = Duration::from_secs(120);
/// Processor time of one process of `rustc`: all its threads for [`COMPILE`], should nobody be left to stop it.
pub(crate) const COMPILE_CPU: Duration = Duration::from_secs(480);
/// From closing its output to its end: a process that takes longer is killed.
pub(crate) const COMPILER_END: Duration = Duration::from_secs(5);
/// Compiling the SDK once, on a slow and busy machine.
pub(crate) const SDK_BUILD: Duration = Duration::from_secs(1800);
/// Processor time of a compiler that stays for many modules; it ends itself at half of it.
pub(crate) const WORKER_CPU: Duration = Duration::from_secs(7200);
/// One file that a compiler writes. The largest library of the SDK has 30 MB. Bytes.
pub(crate) const COMPILER_FILE: u64 = 256 << 20;
/// All files in the folder that it writes, looked at as its memory is. Bytes.
pub(crate) const COMPILER_DISK: u64 = 512 << 20;
/// Files that a compiler has open. `rustc` and the linker open a few dozen.
pub(crate) const COMPILER_DESCRIPTORS: u64 = 1024;
/// What a compiler may say about one module: a macro can make a million errors. Bytes.
pub(crate) const COMPILER_OUTPUT: u64 = 16 << 20;
/// Errors that are shown of one module; the rest mostly follows from them.
pub(crate) const ERRORS: usize = 100;
/// Brackets inside each other in a text. Code that people read has a tenth; compilers recurse, with stacks of 8 MB (rustc) and
/// 1 MB (Node.js).
pub(crate) const NESTING: usize = 128;
/// Tokens of one expression, which compilers recurse along, too. Tables and blocks do not count: their commas and semicolons
/// end expressions.
pub(crate) const EXPRESSION: usize = 2000;
/// Brackets inside each other behind a `<` that may compare or begin types: a parser reads them once for each possibility, so
/// that each level doubles its work. Code that people read has five.
pub(crate) const GUESSES: usize = 12;

/// What a module in JavaScript keeps from its start, with the interpreter's own 1.2 MiB: each version of it is a component of
/// that size in the cache. Bytes.
pub(crate) const IMAGE: usize = 16 << 20;
/// What a message shows of what a text threw when it was evaluated. Characters.
pub(crate) const THROWN: usize = 1 << 10;

/// A module that is given as `@wasm`. Bytes. Compiling it to machine code takes some ten times as much memory.
pub(crate) const MODULE: usize = 64 << 20;
/// The section `tusk:functions` of a module. Bytes.
pub(crate) const FUNCTIONS_BYTES: usize = 1 << 20;
/// Functions of one module.
pub(crate) const FUNCTIONS: usize = 1000;
/// Parameters of one function.
pub(crate) const PARAMETERS: usize = 64;
/// The name of a function or a parameter: part of a line in a table and of a metric. Bytes.
pub(crate) const NAME: usize = 128;
/// The comment of a function. Bytes.
pub(crate) const DOC: usize = 16 << 10;
/// A type as its author wrote it. Bytes.
pub(crate) const TYPE: usize = 4 << 10;
/// Parts of what is checked of arguments, in one module: a name may stand for a type of any size, wherever it is used.
pub(crate) const SCHEMAS: usize = 20_000;
/// The thread that reads JavaScript, whose parser recurses along the [`EXPRESSION`]. Bytes; what is not touched takes no memory.
pub(crate) const PARSER_STACK: usize = 64 << 20;
/// What a message shows of a text that a module brought. Characters.
pub(crate) const SHOWN: usize = 200;
/// Names that a message lists.
pub(crate) const NAMES_SHOWN: usize = 10;
