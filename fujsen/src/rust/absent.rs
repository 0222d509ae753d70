//! What the standard library has and a fujsen does not. It would compile, and fail when it runs: that is told where it
//! stands, with what to write instead.
use std::{collections::HashMap, ops::Range};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use tsk::Diagnostic;

use crate::Text;

const CODE: &str = "rust-absent";

/// A path of `std`, and all below it; why it is of no use, and what is.
const ABSENT: &[(&[&str], &str, &str)] = &[
    (
        &["time", "SystemTime", "now"],
        CLOCK,
        "use `time::now()`: milliseconds since 1970",
    ),
    (
        &["time", "Instant", "now"],
        CLOCK,
        "use `time::monotonic()`: nanoseconds since some point",
    ),
    (
        &["thread", "sleep"],
        "it has no thread of its own",
        "use `time::sleep(duration)`",
    ),
    (&["thread", "spawn"], THREADS, CALLS),
    (&["thread", "scope"], THREADS, CALLS),
    (&["thread", "Builder"], THREADS, CALLS),
    (
        &["process", "exit"],
        PROCESS,
        "return an `Error`, such as `Err(Error::internal(\"…\"))`, or a `Response` with the status that you mean",
    ),
    (
        &["process", "abort"],
        PROCESS,
        "return an `Error`, or `panic!` with the reason, which the log then tells with its place",
    ),
    (
        &["process", "Command"],
        "it starts no programs",
        "ask a service that does: `http`, or an event",
    ),
    (&["process", "id"], PROCESS, "leave it out"),
    (&["env", "var"], VARIABLES, SETTING),
    (&["env", "var_os"], VARIABLES, SETTING),
    (&["env", "vars"], VARIABLES, SETTING),
    (&["env", "vars_os"], VARIABLES, SETTING),
    (&["env", "args"], PROCESS, "take what it needs as parameters"),
    (&["env", "args_os"], PROCESS, "take what it needs as parameters"),
    (&["env", "current_dir"], FILES, STORE),
    (&["env", "temp_dir"], FILES, STORE),
    (&["fs"], FILES, STORE),
    (&["net", "TcpStream"], SOCKETS, SERVERS),
    (&["net", "TcpListener"], SOCKETS, "write a route: the host listens"),
    (&["net", "UdpSocket"], SOCKETS, SERVERS),
    (
        &["io", "stdin"],
        "nothing is connected to its input",
        "take what it needs as parameters",
    ),
];
const CLOCK: &str = "it has no clock but the host's";
const THREADS: &str = "it has no threads";
const CALLS: &str =
    "do it in this call: the host runs calls side by side; what is to go on after it is an event, by `events::publish`";
const PROCESS: &str = "it is no process of its own";
const VARIABLES: &str = "it sees no variables of this machine";
const SETTING: &str = "write `name: @env(\"NAME\")` in the TSK file and read it by `config::get(\"name\")`";
const FILES: &str = "it has no files";
const STORE: &str = "keep values by `state` or `sql`, and read those of the TSK file by `config`";
const SOCKETS: &str = "it has no sockets";
const SERVERS: &str = "use `http`, `grpc`, `sql` or `redis`, whose servers the TSK file names";

/// One error for each use of what is not there.
pub(super) fn uses(tokens: &TokenStream, text: &Text) -> Vec<Diagnostic> {
    let (mut seeker, mut paths) = (Seeker::default(), Vec::new());
    let mut streams = vec![tokens.clone()];
    while let Some(stream) = streams.pop() {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        seeker.level(&tokens, &mut paths, &mut streams);
    }
    // What a text imports anywhere in it counts everywhere: a name has rarely two meanings.
    paths.iter().for_each(|path| seeker.path(path));
    seeker.found.sort_by_key(|one| one.place.start);
    seeker.found.into_iter().map(|one| one.diagnostic(text)).collect()
}

/// Words with `::` between them.
type Path = Vec<Ident>;

struct Use {
    name: String,
    place: Range<usize>,
    why: &'static str,
    instead: &'static str,
}

impl Use {
    fn diagnostic(self, text: &Text) -> Diagnostic {
        let Self {
            name,
            place,
            why,
            instead,
        } = self;
        Diagnostic::error(CODE, format!("a fujsen cannot use `std::{name}`: {why}"))
            .at(text.span(place.start, place.end))
            .help(instead)
    }
}

#[derive(Default)]
struct Seeker {
    /// What names stand for that a text has from the standard library, without `std`.
    imported: HashMap<String, Vec<String>>,
    found: Vec<Use>,
}

impl Seeker {
    /// The paths and imports of one level of brackets; `inner` are the brackets in it.
    fn level(&mut self, tokens: &[TokenTree], paths: &mut Vec<Path>, inner: &mut Vec<TokenStream>) {
        let mut rest = tokens;
        let mut is_member = false;
        while let Some((token, behind)) = rest.split_first() {
            rest = behind;
            match token {
                // Not the `use<…>` of a type.
                TokenTree::Ident(word) if word == "use" && !rest.first().is_some_and(|token| is_sign(token, '<')) => {
                    let end = rest.iter().position(|token| is_sign(token, ';')).unwrap_or(rest.len());
                    let (tree, behind) = rest.split_at(end);
                    self.import(tree);
                    rest = behind;
                }
                TokenTree::Ident(word) => {
                    let (path, behind) = path(word, rest);
                    rest = behind;
                    if !is_member {
                        paths.push(path);
                    }
                }
                TokenTree::Group(group) => inner.push(group.stream()),
                _ => {}
            }
            is_member = is_sign(token, '.');
        }
    }

    /// What stands behind `use`.
    fn import(&mut self, tree: &[TokenTree]) {
        let mut trees = vec![(tree.to_vec(), Path::new())];
        while let Some((tree, before)) = trees.pop() {
            for item in tree.split(|token| is_sign(token, ',')) {
                let item = item
                    .iter()
                    .skip_while(|token| is_sign(token, ':'))
                    .cloned()
                    .collect::<Vec<_>>();
                let mut whole = before.clone();
                let Some((first, rest)) = item.split_first() else {
                    continue;
                };
                let mut rest = rest;
                if let TokenTree::Ident(word) = first {
                    let (path, behind) = path(word, rest);
                    whole.extend(path);
                    rest = behind;
                } else {
                    rest = &item;
                }
                match rest
                    .iter()
                    .find(|token| matches!(token, TokenTree::Group(_) | TokenTree::Ident(_)))
                {
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                        trees.push((group.stream().into_iter().collect(), whole));
                    }
                    Some(TokenTree::Ident(word)) if word == "as" => {
                        let name = rest.iter().rev().find_map(|token| match token {
                            TokenTree::Ident(name) => Some(name.to_string()),
                            _ => None,
                        });
                        self.bring(whole, name);
                    }
                    _ => self.bring(whole, None),
                }
            }
        }
    }

    /// Notes what a name stands for from now on, or that it is of no use.
    fn bring(&mut self, mut path: Path, name: Option<String>) {
        if path.last().is_some_and(|word| word == "self") {
            path.pop();
        }
        let (Some(first), Some(last)) = (path.first(), path.last()) else {
            return;
        };
        if first != "std" || path.len() < 2 {
            return;
        }
        let name = name.unwrap_or_else(|| last.to_string());
        let words: Vec<String> = path.iter().skip(1).map(ToString::to_string).collect();
        if !self.refuse(&words, last.span().byte_range()) {
            self.imported.insert(name, words);
        }
    }

    fn path(&mut self, path: &[Ident]) {
        let mut words = path.iter().map(ToString::to_string);
        let (Some(first), Some(last)) = (words.next(), path.last()) else {
            return;
        };
        let mut whole = match self.imported.get(&first) {
            _ if first == "std" => Vec::new(),
            Some(imported) => imported.clone(),
            None => return,
        };
        whole.extend(words);
        let start = path.first().map_or(0, |word| word.span().byte_range().start);
        self.refuse(&whole, start..last.span().byte_range().end);
    }

    /// Whether a path of `std` is of no use.
    fn refuse(&mut self, words: &[String], place: Range<usize>) -> bool {
        let is_below =
            |path: &&[&str]| path.len() <= words.len() && path.iter().zip(words).all(|(one, other)| one == other);
        let Some((path, why, instead)) = ABSENT.iter().find(|(path, ..)| is_below(path)) else {
            return false;
        };
        let name = match path {
            // A whole module: the function says more.
            [_] => words.join("::"),
            path => path.join("::"),
        };
        self.found.push(Use {
            name,
            place,
            why,
            instead,
        });
        true
    }
}

/// The path that begins with a word, and what stands behind it.
fn path<'t>(first: &Ident, mut rest: &'t [TokenTree]) -> (Path, &'t [TokenTree]) {
    let mut path = vec![first.clone()];
    while let [colon, second, TokenTree::Ident(word), behind @ ..] = rest {
        if !is_sign(colon, ':') || !is_sign(second, ':') {
            break;
        }
        path.push(word.clone());
        rest = behind;
    }
    (path, rest)
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
