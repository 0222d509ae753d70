//! Markdown pages: what a text in a TSK file could not do, since it needs a crate of crates.io.
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd, html};
use tusk::prelude::*;

/// A heading of a page.
#[derive(Debug, PartialEq, Serialize)]
struct Heading {
    level: u8,
    text: String,
}

/// POST /render: the page as HTML.
#[fujsen]
fn render(markdown: String, #[default("Untitled")] title: String) -> Result<Response> {
    if markdown.trim().is_empty() {
        return Err(Error::bad_request("`markdown` is empty"));
    }
    let mut page = format!("<!doctype html><title>{}</title>\n", escape(&title));
    html::push_html(&mut page, Parser::new(&markdown));
    log::info("rendered", tusk::fields! { bytes: page.len() });
    Ok(Response::html(page))
}

/// POST /outline: the headings, down to a level.
#[fujsen]
fn outline(markdown: String, #[default(6)] depth: u8) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut current: Option<Heading> = None;
    for event in Parser::new(&markdown) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = number(level);
                current = Some(Heading {
                    level,
                    text: String::new(),
                });
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut current {
                    heading.text.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => headings.extend(current.take().filter(|heading| heading.level <= depth)),
            _ => {}
        }
    }
    headings
}

fn number(level: HeadingLevel) -> u8 {
    level as u8
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

tusk::export!(render, outline);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_stops_at_its_depth() {
        let headings = outline("# One\n\ntext\n\n## Two `x`\n\n### Three\n".to_owned(), 2);
        let expected = [(1, "One"), (2, "Two x")].map(|(level, text)| Heading {
            level,
            text: text.to_owned(),
        });
        assert_eq!(headings, expected);
    }

    #[test]
    fn an_empty_page_is_the_callers_mistake() {
        let error = render(" ".to_owned(), String::new()).unwrap_err();
        assert_eq!(error.status(), 400);
    }
}
