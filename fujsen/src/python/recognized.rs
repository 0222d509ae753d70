//! How Python is recognized in a TSK file.

use tsk::{Sign, Traits};

/// The names of Python, its ending, and what its lines look like.
pub(crate) static TRAITS: Traits = Traits {
    name: "python",
    aliases: &["py"],
    extension: "py",
    endings: &["py"],
    sign,
};

const OWN: &[&str] = &["def ", "async def ", "elif ", "except ", "except:"];

fn sign(line: &str) -> Option<Sign> {
    let starts = OWN.iter().any(|word| line.starts_with(word));
    (starts || is_class(line) || is_import(line)).then_some(Sign::Own)
}

fn is_class(line: &str) -> bool {
    line.starts_with("class ") && line.split(" #").next().unwrap_or(line).trim_end().ends_with(':')
}

fn is_import(line: &str) -> bool {
    let from = line.starts_with("from ") && line.contains(" import ");
    from || line.starts_with("import ") && !line.contains(['{', '"', '\'', ';', '*'])
}
