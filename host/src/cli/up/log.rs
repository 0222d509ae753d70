//! One log for all services: each line begins with the name of its service, in a colour of its own.

use std::io;

use crate::cli::output;

/// ANSI colours that are read on dark and on light.
const COLORS: [u8; 6] = [36, 33, 32, 35, 34, 31];

/// The lines of one service.
#[derive(Clone)]
pub(super) struct Log {
    prefix: String,
}

impl Log {
    /// `index` chooses the colour; `width` is that of the longest name.
    pub(super) fn new(name: &str, index: usize, width: usize) -> Self {
        let prefix = if output::colors(&io::stderr()) {
            let color = COLORS.iter().cycle().nth(index).unwrap_or(&0);
            format!("\x1b[{color}m{name:width$} |\x1b[0m ")
        } else {
            format!("{name:width$} | ")
        };
        Self { prefix }
    }

    pub(super) fn line(&self, text: &str) {
        output::say(&format!("{}{}", self.prefix, text.trim_end()));
    }
}
