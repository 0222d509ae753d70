//! The lines of `[schedules]`, and what can be wrong with them.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tsk::{Config, Diagnostic, Node, Value};

use super::rhythm::Rhythm;
use crate::{
    base::{arguments, limits, section::Section, sections, value},
    service::target::Targets,
};

#[derive(Debug)]
pub(super) struct ScheduleLine {
    pub(super) text: Arc<str>,
    pub(super) rhythm: Rhythm,
    pub(super) options: ScheduleOptions,
    /// `section.name`, which there is.
    pub(super) target: String,
    pub(super) arguments: Vec<value::Value>,
}

/// How the slots of a line are run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ScheduleOptions {
    /// `overlap: "allow"`: a slot is run although the run before has not ended.
    pub(crate) overlap: bool,
    /// `catch_up: "once"`: the last slot that was missed is made up.
    pub(crate) catch_up: bool,
    /// `deadline`; else that of [limits].
    pub(crate) deadline: Option<Duration>,
}

const KEYS: [&str; 4] = ["run", "overlap", "catch_up", "deadline"];
const EXAMPLE: &str = "write, for example, `\"every 30s\": section.name`, or several: `[section.one, section.two]`";

pub(super) fn read(config: &Config, targets: &Targets<'_>) -> Result<Vec<ScheduleLine>, Vec<Diagnostic>> {
    let (schedules, errors) = Section::lines(config, &sections::SCHEDULES, "\"every 30s\": section.name");
    let mut reader = ScheduleReader { targets, errors };
    let schedules = schedules.into_iter().flatten();
    let lines = schedules.flat_map(|(key, node)| reader.line(key, node)).collect();
    if reader.errors.is_empty() {
        Ok(lines)
    } else {
        Err(reader.errors)
    }
}

struct ScheduleReader<'a> {
    targets: &'a Targets<'a>,
    errors: Vec<Diagnostic>,
}

impl ScheduleReader<'_> {
    /// Key and value are checked both, whatever is wrong with the other.
    fn line(&mut self, key: &str, node: &Node) -> Vec<ScheduleLine> {
        let rhythm = Rhythm::parse(key).map_err(|wrong| {
            let message = format!("`{key}` is no schedule: {}", wrong.message);
            let error = Diagnostic::error("wrong-schedule", message).at(node.key_span);
            self.errors.push(error.help(wrong.help));
        });
        let (run, options) = match &node.value {
            Value::Object(_) => self.parts(key, node),
            _ => (Some(node), ScheduleOptions::default()),
        };
        let targets = run.map(|run| self.targets(key, run)).unwrap_or_default();
        let Ok(rhythm) = rhythm else { return Vec::new() };
        let line = |(target, arguments)| ScheduleLine {
            text: key.trim().into(),
            rhythm: rhythm.clone(),
            options: options.clone(),
            target,
            arguments,
        };
        targets.into_iter().map(line).collect()
    }

    /// A line with options: what it runs, and how.
    fn parts<'n>(&mut self, key: &str, node: &'n Node) -> (Option<&'n Node>, ScheduleOptions) {
        let mut section = Section::of(format!("schedules.{key}"), Some(node), &KEYS);
        let run = section.get("run");
        if run.is_none() {
            let error = Diagnostic::error("wrong-schedule", format!("the schedule `{key}` runs nothing"));
            let help = "add `run: section.name`, the fujsen that is to run";
            section.diagnostics.push(error.at(node.span).help(help));
        }
        let overlap = section.choice("overlap", &[("skip", false), ("allow", true)]);
        let catch_up = section.choice("catch_up", &[("none", false), ("once", true)]);
        let (least, most) = limits::SCHEDULE_DEADLINE;
        let options = ScheduleOptions {
            overlap: overlap.unwrap_or_default(),
            catch_up: catch_up.unwrap_or_default(),
            deadline: section.seconds("deadline", least..=most, "\"5m\""),
        };
        self.errors.append(&mut section.diagnostics);
        (run, options)
    }

    /// One fujsen, or a list of them.
    fn targets(&mut self, key: &str, node: &Node) -> Vec<(String, Vec<value::Value>)> {
        let nodes = match &node.value {
            Value::Array(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut seen = BTreeSet::new();
        let targets = nodes.iter().filter_map(|node| {
            let target = self.target(key, node)?;
            if !seen.insert(target.0.clone()) {
                let error = Diagnostic::error("wrong-schedule", format!("`{}` is listed twice", target.0));
                self.errors.push(error.at(node.span).help("leave one of the two out"));
                return None;
            }
            Some(target)
        });
        let targets: Vec<_> = targets.collect();
        if nodes.is_empty() {
            let error = Diagnostic::error("wrong-schedule", format!("the schedule `{key}` runs nothing"));
            self.errors.push(error.at(node.span).help(EXAMPLE));
        }
        targets
    }

    /// A fujsen that can be called with nothing, and its arguments then.
    fn target(&mut self, key: &str, node: &Node) -> Option<(String, Vec<value::Value>)> {
        let Some(target) = self.targets.word(node) else {
            let message = format!("the schedule `{key}` does not lead to a fujsen");
            let error = Diagnostic::error("wrong-schedule", message).at(node.span);
            self.errors.push(error.help(EXAMPLE));
            return None;
        };
        let function = self
            .targets
            .function(&target)
            .map_err(|missing| self.errors.push(missing.at(node.span)))
            .ok()?;
        let arguments = arguments::bind_named(function, Vec::new()).map_err(|error| {
            let message = format!("`{target}` cannot be called without arguments: {}", error.message);
            self.errors.push(
                Diagnostic::error("wrong-schedule", message)
                    .at(node.span)
                    .help("a schedule passes none: give each parameter a default, or call it from a fujsen of its own"),
            );
        });
        Some((target, arguments.ok()?))
    }
}
