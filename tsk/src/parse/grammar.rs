//! The scanner finds what pest finds by `grammar.pest`, in any text.

use std::{fs, path::Path};

use pest::{Parser, iterators::Pairs};
use pest_derive::Parser;
use proptest::prelude::*;

use super::{
    scan,
    tree::{Inner, Kind},
};

#[derive(Parser)]
#[grammar = "parse/grammar.pest"]
struct Grammar;

/// The rules that only steer the grammar have no kind.
fn kind(rule: Rule) -> Option<Kind> {
    Some(match rule {
        Rule::angle => Kind::Angle,
        Rule::args => Kind::Args,
        Rule::array => Kind::Array,
        Rule::arrow => Kind::Arrow,
        Rule::bad_block => Kind::BadBlock,
        Rule::bad_line | Rule::bad_member => Kind::BadLine,
        Rule::bad_section => Kind::BadSection,
        Rule::block => Kind::Block,
        Rule::call => Kind::Call,
        Rule::close_angle | Rule::inner_close => Kind::CloseAngle,
        Rule::closer => Kind::Closer,
        Rule::code => Kind::Code,
        Rule::code_call => Kind::CodeCall,
        Rule::code_name => Kind::CodeName,
        Rule::comma => Kind::Comma,
        Rule::directive => Kind::Directive,
        Rule::entry | Rule::inner_entry => Kind::Entry,
        Rule::global => Kind::Global,
        Rule::hash => Kind::Hash,
        Rule::heredoc => Kind::Heredoc,
        Rule::heredoc_text => Kind::HeredocText,
        Rule::include => Kind::Include,
        Rule::include_name => Kind::IncludeName,
        Rule::item | Rule::inner_item => Kind::Item,
        Rule::item_entry => Kind::ItemEntry,
        Rule::key => Kind::Key,
        Rule::member_name => Kind::MemberName,
        Rule::missing => Kind::Missing,
        Rule::number => Kind::Number,
        Rule::object => Kind::Object,
        Rule::operator => Kind::Operator,
        Rule::operator_name => Kind::OperatorName,
        Rule::other | Rule::inner_other => Kind::Other,
        Rule::parens => Kind::Parens,
        Rule::path => Kind::Path,
        Rule::quoted => Kind::Quoted,
        Rule::rest => Kind::Comment,
        Rule::section => Kind::Section,
        Rule::stray => Kind::Stray,
        Rule::text | Rule::inner_text => Kind::Text,
        Rule::value | Rule::inner => Kind::Value,
        Rule::word => Kind::Word,
        _ => return None,
    })
}

type Part = (usize, Kind, usize, usize);

fn by_grammar(pairs: Pairs<'_, Rule>, depth: usize, inside: Option<Kind>, out: &mut Vec<Part>) {
    for pair in pairs {
        let Some(kind) = kind(pair.as_rule()) else { continue };
        // Elsewhere a comment is skipped like blanks.
        if kind != Kind::Comment || matches!(inside, Some(Kind::Value | Kind::Parens)) {
            out.push((depth, kind, pair.as_span().start(), pair.as_span().end()));
        }
        by_grammar(pair.into_inner(), depth + 1, Some(kind), out);
    }
}

fn by_scanner(trees: Inner<'_>, depth: usize, out: &mut Vec<Part>) {
    for tree in trees {
        out.push((depth, tree.kind(), tree.start() as usize, tree.end() as usize));
        by_scanner(tree.inner(), depth + 1, out);
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    for rule in [Rule::file, Rule::fragment] {
        let pairs = Grammar::parse(rule, text).ok();
        let trees = match rule {
            Rule::file => scan::file(text),
            _ => scan::fragment(text),
        };
        let (mut wanted, mut found) = (Vec::new(), Vec::new());
        prop_assert_eq!(pairs.is_some(), trees.is_ok(), "{:?}", text);
        if let (Some(pairs), Ok(trees)) = (pairs, trees) {
            for pair in pairs {
                by_grammar(pair.into_inner(), 0, None, &mut wanted);
            }
            by_scanner(trees.of(text), 0, &mut found);
            prop_assert_eq!(wanted, found, "{:?}", text);
        }
    }
    Ok(())
}

/// Pieces that mean something, alone or next to each other.
const PIECES: &str = r##"a b.c a-b key: x= $g $g: [ ] [s] [a.b { } ( ) , : = == != => -> # #! // ; > < " ' ''' """ "t" 't' "k": 'k'.c
    "${a}" ${ \ \" 1 -2 3.5e9 1e+5 1e- 2. 1.5.6 8000-9000 true é don't a@b + - * / % && || ? ! @ @env( @env("X", @x.y()
    @x-y.z @include "o.tsk" php( f.g( (a) => x >  - -- - k: <<<END END if (x) { class ~ . ... "##;

fn piece() -> impl Strategy<Value = &'static str> {
    let pieces: Vec<&str> = PIECES.split_ascii_whitespace().collect();
    prop_oneof![
        3 => prop::sample::select(pieces),
        1 => Just(" "),
        1 => prop::sample::select(vec!["\n", "\n  ", "\n\n", "\r\n", "\t", "\u{FEFF}"]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() })]

    #[test]
    fn any_row_of_pieces(pieces in prop::collection::vec(piece(), 0..40)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text)?;
    }
}

/// The cases, whole and cut off behind each of their lines.
#[test]
fn cases() {
    let mut count = 0;
    for folder in ["ok", "error"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "tsk") {
                let text = fs::read_to_string(path).unwrap();
                for (at, _) in text.match_indices('\n') {
                    check(&text[..at]).unwrap();
                    count += 1;
                }
                check(&text).unwrap();
            }
        }
    }
    assert!(count > 100, "{count} texts were found");
}
