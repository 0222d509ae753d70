//! Other TSK files, which files name: read once each.

use std::rc::Rc;

use super::{
    evaluate,
    loader::{Loader, Module},
};
use crate::{diagnostic::Diagnostic, limits, span::Span};

impl Loader<'_> {
    /// What another TSK file defines. It is read once, however often it is named.
    pub(super) fn module(&mut self, path: &str, at: Span) -> Option<Rc<Module>> {
        if let Some(module) = self.modules.get(path) {
            return module.clone();
        }
        if self.chain.iter().any(|open| open == path) {
            let mut chain: Vec<_> = self.chain.iter().skip_while(|open| *open != path).cloned().collect();
            chain.push(path.to_owned());
            self.report(
                Diagnostic::error("include-cycle", format!("`{path}` includes itself"))
                    .at(at)
                    .label(chain.join(" → "))
                    .help("move the values that both files need to a third file"),
            );
            return None;
        }
        if self.chain.len() > limits::INCLUDES {
            self.report(
                Diagnostic::error(
                    "include-depth",
                    format!("more than {} files include each other", limits::INCLUDES),
                )
                .at(at)
                .label(self.chain.join(" → "))
                .help("include the inner files directly"),
            );
            return None;
        }
        let text = self.read(path, at);
        let module = text.and_then(|text| {
            let file = self.sources.add(path, text);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            self.chain.push(path.to_owned());
            let module = evaluate(self, file, folder);
            self.chain.pop();
            module.map(Rc::new)
        });
        self.modules.insert(path.to_owned(), module.clone());
        module
    }
}
