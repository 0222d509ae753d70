mod bad_input;
mod binding;
mod cli;
mod examples;
mod faults;
mod imports;
mod swap;
mod wasi;
