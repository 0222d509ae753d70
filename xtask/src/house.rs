//! The plan of a crate: its files, and which of them knows which, without what only tests know.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use syn::{
    Attribute, Item, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// The names from the root of the crate to a module or an item.
pub(crate) type Names = Vec<String>;

/// From one module to another, and the names that it knows there.
pub(crate) type Arrows = BTreeMap<(Names, Names), BTreeSet<String>>;

/// One file, which is one module.
#[derive(Default)]
struct Source {
    children: BTreeSet<String>,
    /// What names stand for that it has from elsewhere.
    borrowed: BTreeMap<String, Names>,
    /// What it names, from the root.
    named: BTreeSet<Names>,
    /// The types and traits that stand in it.
    types: BTreeSet<String>,
}

/// All modules of a crate by their paths; the root has the empty one.
pub(crate) struct House(BTreeMap<Names, Source>);

impl House {
    /// `roots` are the files of the crates' roots: those of one house are one tree, since each hands on what is below it by the
    /// same names.
    pub(crate) fn read(roots: &[PathBuf]) -> anyhow::Result<Self> {
        let mut house = Self(BTreeMap::new());
        for root in roots {
            house.add(root, Vec::new())?;
        }
        Ok(house)
    }

    fn add(&mut self, file: &Path, module: Names) -> anyhow::Result<()> {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
        let mut reader = Reader {
            module: &module,
            source: Source::default(),
        };
        for item in &parsed.items {
            if let Item::Mod(child @ ItemMod { content: None, .. }) = item
                && !is_for_tests(&child.attrs)
            {
                reader.source.children.insert(child.ident.to_string());
            }
        }
        reader.visit_file(&parsed);
        let source = reader.source;
        for child in &source.children {
            let mut path = module.clone();
            path.push(child.clone());
            self.add(&beneath(file, module.is_empty(), child), path)?;
        }
        let known = self.0.entry(module).or_default();
        known.children.extend(source.children);
        known.borrowed.extend(source.borrowed);
        known.named.extend(source.named);
        known.types.extend(source.types);
        Ok(())
    }

    /// Who knows whom, as paths of modules, and by which names.
    pub(crate) fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (module, source) in &self.0 {
            for named in &source.named {
                let Some(home) = self.home(named, 0) else { continue };
                if home != *module {
                    let name = named.last().cloned().unwrap_or_default();
                    arrows.entry((module.clone(), home)).or_default().insert(name);
                }
            }
        }
        arrows
    }

    /// Names that several types or traits have, each with the modules where they stand.
    pub(crate) fn namesakes(&self) -> BTreeMap<String, Vec<Names>> {
        let mut places: BTreeMap<String, Vec<Names>> = BTreeMap::new();
        for (module, source) in &self.0 {
            for name in &source.types {
                places.entry(name.clone()).or_default().push(module.clone());
            }
        }
        places.retain(|_, modules| modules.len() > 1);
        places
    }

    /// The module that an item stands in, through the names that others have borrowed.
    fn home(&self, path: &[String], depth: usize) -> Option<Names> {
        let mut module = Names::new();
        for (at, name) in path.iter().enumerate() {
            let source = self.0.get(&module)?;
            if source.children.contains(name) {
                module.push(name.clone());
                continue;
            }
            let Some(borrowed) = source.borrowed.get(name) else {
                return Some(module);
            };
            // Names that stand for each other would never end.
            if depth > 8 {
                return None;
            }
            let path: Names = borrowed.iter().chain(&path[at + 1..]).cloned().collect();
            return self.home(&path, depth + 1);
        }
        Some(module)
    }
}

/// The groups of modules that know each other in a circle.
pub(crate) fn circles(arrows: &Arrows) -> Vec<BTreeSet<Names>> {
    let mut known: BTreeMap<&Names, BTreeSet<&Names>> = BTreeMap::new();
    for (from, to) in arrows.keys() {
        known.entry(from).or_default().insert(to);
    }
    let reached = |start: &Names| {
        let mut reached: BTreeSet<&Names> = BTreeSet::new();
        let mut ahead: Vec<&Names> = known
            .get_key_value(start)
            .map(|(start, _)| *start)
            .into_iter()
            .collect();
        while let Some(one) = ahead.pop() {
            for next in known.get(one).into_iter().flatten() {
                if reached.insert(*next) {
                    ahead.push(next);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<&Names, BTreeSet<&Names>> = known.keys().map(|one| (*one, reached(one))).collect();
    let mut circles = BTreeSet::new();
    for (one, others) in &reached {
        let back = |other: &&&Names| reached.get(**other).is_some_and(|back| back.contains(one));
        if others.contains(one) {
            let circle: BTreeSet<Names> = others.iter().filter(back).map(|other| (**other).clone()).collect();
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn beneath(file: &Path, is_root: bool, child: &str) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod") => folder.to_owned(),
        _ if is_root => folder.to_owned(),
        Some(stem) => folder.join(stem),
        None => folder.to_owned(),
    };
    let own = folder.join(format!("{child}.rs"));
    if own.is_file() {
        own
    } else {
        folder.join(child).join("mod.rs")
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let said = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg")
            && said.is_ok_and(|said| said == "test" || said.split_whitespace().collect::<String>() == FIXTURE)
    })
}

/// What stands before what tests of other crates need.
const FIXTURE: &str = "any(test,feature=\"fixture\")";

/// Collects what one file names.
struct Reader<'a> {
    module: &'a Names,
    source: Source,
}

impl Reader<'_> {
    /// A path from the root; none when it leads out of the crate.
    fn absolute(&self, path: &[String]) -> Option<Names> {
        let (first, rest) = path.split_first()?;
        let (mut base, mut rest) = match first.as_str() {
            "crate" => (Names::new(), rest),
            "self" | "super" => (self.module.clone(), path),
            child if self.source.children.contains(child) => (self.module.clone(), path),
            _ => return None,
        };
        while let Some((step, after)) = rest.split_first() {
            match step.as_str() {
                "super" => {
                    base.pop();
                }
                "self" => {}
                _ => break,
            }
            rest = after;
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    fn borrow(&mut self, tree: &UseTree, before: &mut Names) {
        let take = |source: &mut Source, absolute: Option<Names>, name: Option<String>| {
            let Some(absolute) = absolute else { return };
            if let Some(name) = name {
                source.borrowed.insert(name, absolute.clone());
            }
            source.named.insert(absolute);
        };
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.borrow(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.borrow(tree, before);
                }
            }
            UseTree::Glob(_) => {
                let absolute = self.absolute(before);
                take(&mut self.source, absolute, None);
            }
            UseTree::Name(_) | UseTree::Rename(_) => {
                let (own, name) = match tree {
                    UseTree::Rename(rename) => (rename.ident.to_string(), rename.rename.to_string()),
                    UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
                    _ => return,
                };
                let whole: Names = before
                    .iter()
                    .cloned()
                    .chain((own != "self").then(|| own.clone()))
                    .collect();
                let name = if name == "self" {
                    before.last().cloned()
                } else {
                    Some(name)
                };
                let absolute = self.absolute(&whole);
                take(&mut self.source, absolute, name);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        let name = match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        self.source.types.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.borrow(&item.tree, &mut Vec::new());
    }

    /// `pub(in super::super)` says who may know an item, and knows nobody.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Names = path.segments.iter().map(|one| one.ident.to_string()).collect();
        if names.len() > 1
            && let Some(absolute) = self.absolute(&names)
        {
            self.source.named.insert(absolute);
        }
        visit::visit_path(self, path);
    }
}
