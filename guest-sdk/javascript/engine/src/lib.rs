//! QuickJS as a core module of the world `tusk:fujsen/module`.
//!
//! The module is the same for all JavaScript. What differs is its memory: [`start`] evaluates the texts of a section once,
//! when they are compiled, and the host keeps the memory as it is then. A call begins from there.

mod call;
mod clock;
mod engine;
mod natives;
mod rejections;
mod settle;
mod start;
mod thrown;
mod value;

use tusk::bindings::{
    Guest,
    tusk::fujsen::types::{Error, Reply, Value},
};

struct Module;

impl Guest for Module {
    fn call(name: String, arguments: Vec<Value>) -> Result<Reply, Error> {
        call::run(&name, arguments)
    }
}

tusk::bindings::export_world!(Module with_types_in tusk::bindings);
