//! What a command is doing while a person waits for it.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::output;

/// Shows what is being done: a spinner on a terminal, a line a step elsewhere and in a JSON log. Ends when it is dropped.
pub(super) struct Steps {
    spinner: Option<ProgressBar>,
}

impl Steps {
    pub(super) fn start() -> Self {
        if !io::stderr().is_terminal() || output::is_json() {
            return Self { spinner: None };
        }
        let style = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let spinner = ProgressBar::new_spinner().with_style(style);
        spinner.enable_steady_tick(Duration::from_millis(80));
        Self { spinner: Some(spinner) }
    }

    pub(super) fn step(&self, step: &str) {
        match &self.spinner {
            Some(spinner) => spinner.set_message(step.to_owned()),
            None if output::is_json() => output::say(&output::json_line("INFO", "load", json!({ "message": step }))),
            None => output::say(step),
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}
