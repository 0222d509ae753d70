//! What many modules hold while nobody calls them.

use std::fs;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    report::Report,
    root,
    start::{ask, start},
};

const MODULES: usize = 100;
/// MiB.
const AIM: u64 = 400;

pub(crate) fn measure(_runtime: &Runtime, report: &mut Report) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("service.tsk"), service()).unwrap();
    let (mut child, address) = start(folder.path(), &root().join("target/bench-cache"));
    // Each serves once, so that what the first call makes is there, too.
    for number in 0..MODULES {
        let answer = ask(address, &format!("/{number}")).unwrap();
        assert!(
            answer.contains(&format!("\"hello\":\"Ada\",\"id\":{number}")),
            "{answer}"
        );
    }
    let held = resident(child.id()) >> 10;
    child.kill().unwrap();
    child.wait().unwrap();
    report.add(
        format!("the host's memory with {MODULES} modules in TypeScript, idle"),
        format!("{held} MiB"),
        &format!("≤ {AIM} MiB"),
        held <= AIM,
    );
}

fn service() -> String {
    let section = |number: usize| {
        format!(
            "[section_{number}]\ngreet_fujsen = '''typescript\nexport function greet(name: string) {{\n  \
             return {{ hello: name, id: {number} }};\n}}\n'''\n\n"
        )
    };
    let route = |number: usize| format!("\"POST /{number}\": section_{number}.greet\n");
    let sections: String = (0..MODULES).map(section).collect();
    let routes: String = (0..MODULES).map(route).collect();
    format!("[service]\nname: \"many\"\n\n{sections}[routes]\n{routes}")
}

/// What a process holds of the machine's memory. KiB.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
