//! Parse tree to syntax: arrays, objects, parentheses and calls.

use super::{
    builder::Builder,
    syntax::{Call, Expr, ExprKind, Member},
    tree::{Pair, Rule},
};
use crate::{diagnostic::Diagnostic, span::Span};

impl Builder<'_> {
    pub(super) fn array(&mut self, tree: Pair<'_>) -> ExprKind {
        let span = self.span(&tree);
        self.note_brackets(span);
        match self.deeper(span, |this| this.items(tree, '[', ']')) {
            Some(items) => ExprKind::Array(items),
            None => ExprKind::Bad,
        }
    }

    /// The values between two brackets, with commas or lines between them.
    pub(super) fn items(&mut self, tree: Pair<'_>, open: char, close: char) -> Vec<Expr> {
        let outer = self.span(&tree);
        let mut items = Vec::new();
        let column = std::mem::take(&mut self.column_of_block);
        for inner in tree.into_inner() {
            let span = self.span(&inner);
            match inner.as_rule() {
                Rule::value | Rule::inner => items.push(self.value(inner)),
                Rule::comma => self.report(
                    Diagnostic::error("empty-item", "nothing stands before this comma")
                        .at(span)
                        .label("one comma too many")
                        .help("remove it, or write `null`"),
                ),
                Rule::missing => self.unclosed(outer, span, open, close),
                _ => {}
            }
        }
        self.column_of_block = column;
        items
    }

    pub(super) fn object(&mut self, tree: Pair<'_>) -> ExprKind {
        let span = self.span(&tree);
        self.note_brackets(span);
        let members = self.deeper(span, |this| {
            let mut members = Vec::new();
            for member in tree.into_inner() {
                if member.as_rule() == Rule::missing {
                    let end = this.span(&member);
                    this.unclosed(span, end, '{', '}');
                } else {
                    members.push(member);
                }
            }
            this.in_brackets(|this| this.block(members.into_iter()))
        });
        match members {
            Some(statements) => ExprKind::Object(statements),
            None => ExprKind::Bad,
        }
    }

    pub(super) fn parens(&mut self, tree: Pair<'_>) -> Expr {
        let span = self.span(&tree);
        self.note_brackets(span);
        let inside = self.deeper(span, |this| {
            let mut value = None;
            for inner in tree.into_inner() {
                match inner.as_rule() {
                    Rule::value | Rule::inner => value = Some(this.in_brackets(|this| this.value(inner))),
                    Rule::missing => {
                        let end = this.span(&inner);
                        this.unclosed(span, end, '(', ')');
                    }
                    _ => {}
                }
            }
            if value.is_none() {
                this.report(
                    Diagnostic::error("empty-parentheses", "nothing is between the parentheses")
                        .at(span)
                        .help("put text in quotes: \"()\""),
                );
            }
            value
        });
        let kind = match inside.flatten() {
            // Inside an expression, parentheses hold an expression.
            Some(Expr {
                kind: ExprKind::Phrase(Some(expr)),
                ..
            }) => expr.kind,
            Some(expr) => expr.kind,
            None => ExprKind::Bad,
        };
        Expr { kind, span }
    }

    pub(super) fn unclosed(&mut self, outer: Span, end: Span, open: char, close: char) {
        let start = Span {
            end: outer.start + 1,
            ..outer
        };
        self.report(
            Diagnostic::error("unclosed-bracket", format!("`{open}` is never closed"))
                .at(start)
                .label("opened here")
                .related(end, format!("`{close}` is missing here at the latest"))
                .help(format!("add `{close}`")),
        );
    }

    pub(super) fn call(&mut self, tree: Pair<'_>) -> ExprKind {
        let span = self.span(&tree);
        let mut call = Call {
            name: String::new(),
            name_span: span,
            arguments: None,
            members: Vec::new(),
        };
        for inner in tree.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::operator_name => {
                    call.name = inner.as_str().to_owned();
                    call.name_span = Span {
                        start: span.start,
                        ..at
                    };
                }
                Rule::member_name => call.members.push(Member {
                    name: inner.as_str().to_owned(),
                    span: at,
                }),
                // An unknown operator is the error; what it is given means nothing to us.
                Rule::args if !crate::operators::is_known(&call.name) => {
                    self.note_verbatim(at);
                    self.closed(inner);
                }
                Rule::args => {
                    self.note_brackets(at);
                    let Some(arguments) = self.deeper(at, |this| this.items(inner, '(', ')')) else {
                        return ExprKind::Bad;
                    };
                    if call.members.is_empty() && call.arguments.is_none() {
                        call.arguments = Some(arguments);
                    }
                }
                _ => {}
            }
        }
        ExprKind::Call(call)
    }

    pub(super) fn closed(&mut self, args: Pair<'_>) {
        let outer = self.span(&args);
        if let Some(missing) = args.into_inner().find(|tree| tree.as_rule() == Rule::missing) {
            let end = self.span(&missing);
            self.unclosed(outer, end, '(', ')');
        }
    }

    /// Reports a `{ … }` of code in `tree` that is never closed.
    pub(super) fn closed_block(&mut self, tree: Pair<'_>) {
        let Some(block) = tree.into_inner().find(|inner| inner.as_rule() == Rule::block) else {
            return;
        };
        let outer = self.span(&block);
        self.note_verbatim(outer);
        if let Some(missing) = block.into_inner().find(|inner| inner.as_rule() == Rule::missing) {
            let end = self.span(&missing);
            self.unclosed(outer, end, '{', '}');
        }
    }

    pub(super) fn heredoc(&mut self, tree: Pair<'_>) -> ExprKind {
        let outer = self.span(&tree);
        self.note_verbatim(outer);
        let mut content = outer;
        for inner in tree.into_inner() {
            let span = self.span(&inner);
            if inner.as_rule() == Rule::missing {
                let open = self.slice(outer).lines().next().unwrap_or_default();
                let start = Span {
                    end: outer.start + open.len() as u32,
                    ..outer
                };
                self.report(
                    Diagnostic::error("heredoc", "TSK has no `<<<` texts, and this one never ends")
                        .at(start)
                        .label("the text starts here")
                        .help("write it between ''' and ''', or between \"\"\" and \"\"\""),
                );
                return ExprKind::Bad;
            }
            // The line break behind the name is not part of the text.
            content = Span {
                start: (span.start + 1).min(span.end),
                ..span
            };
        }
        ExprKind::Heredoc(content)
    }

    pub(super) fn include(&mut self, tree: Pair<'_>) -> ExprKind {
        let span = self.span(&tree);
        let mut inner = tree.into_inner();
        let (Some(name), Some(path)) = (inner.next(), inner.next()) else {
            return ExprKind::Bad;
        };
        let name_span = Span {
            start: span.start,
            ..self.span(&name)
        };
        ExprKind::Call(Call {
            name: name.as_str().to_owned(),
            name_span,
            arguments: Some(vec![self.operand(path)]),
            members: Vec::new(),
        })
    }

    pub(super) fn code(&mut self, tree: Pair<'_>) -> ExprKind {
        let outer = self.span(&tree);
        self.note_verbatim(outer);
        let mut name = String::new();
        for inner in tree.into_inner() {
            if inner.as_rule() == Rule::code_name {
                name = inner.as_str().to_owned();
            } else if let Some(missing) = inner.into_inner().find(|tree| tree.as_rule() == Rule::missing) {
                let end = self.span(&missing);
                let open = Span {
                    start: outer.start + name.len() as u32,
                    ..outer
                };
                self.unclosed(open, end, '(', ')');
            }
        }
        ExprKind::Code(name)
    }
}
