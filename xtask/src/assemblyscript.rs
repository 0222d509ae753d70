//! The plan of the AssemblyScript SDK: which of its files imports which.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::Context;

use crate::house::{Arrows, Names};

/// Its parts. None imports a file of another.
const FOLDERS: [&str; 2] = ["assembly", "transform"];

/// Who imports whom in the SDK that stands in a folder, and by which names.
pub(crate) fn arrows(sdk: &Path) -> anyhow::Result<Arrows> {
    let mut arrows = Arrows::new();
    for folder in FOLDERS {
        for file in files(&sdk.join(folder))? {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            for (names, to) in imports(&text) {
                let target = beside(&file, to);
                anyhow::ensure!(
                    target.is_file(),
                    "{} imports `{to}`, and there is no such file",
                    file.display()
                );
                let names = names.into_iter().map(str::to_owned);
                arrows
                    .entry((named(sdk, &file), named(sdk, &target)))
                    .or_default()
                    .extend(names);
            }
        }
    }
    Ok(arrows)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "ts" || extension == "mjs")
        {
            files.push(path);
        }
    }
    Ok(files)
}

/// What a text imports or exports anew from other files of the SDK: by which names, and from where.
fn imports(text: &str) -> Vec<(Vec<&str>, &str)> {
    let mut found = Vec::new();
    let is_start = |line: &str| line.starts_with("import ") || line.starts_with("export ");
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.lines().next().unwrap_or_default();
        if is_start(line) {
            found.extend(import(rest));
        }
        rest = rest.get(line.len() + 1..).unwrap_or_default();
    }
    found
}

/// The import at the start of a text: up to the file's name in quotes, which ends its statement.
fn import(text: &str) -> Option<(Vec<&str>, &str)> {
    let (statement, _) = text.split_once(';')?;
    let (head, quoted) = statement.split_once('"')?;
    let path = quoted
        .strip_suffix('"')
        .filter(|path| path.starts_with('.') && !path.contains('"'))?;
    let head = head.trim_end();
    if head != "import" && !head.ends_with("from") {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    // Of a function's text, say, which begins with `export` as well.
    if !head
        .chars()
        .all(|c| is_part(c) || c.is_whitespace() || "{},*".contains(c))
    {
        return None;
    }
    let words = head.split(|c| !is_part(c)).filter(|word| !word.is_empty());
    let names = words.filter(|word| !matches!(*word, "import" | "export" | "from" | "as"));
    Some((names.collect(), path))
}

/// The file that a path means in another file: AssemblyScript leaves its own ending out.
fn beside(file: &Path, path: &str) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in file.parent().unwrap_or(Path::new("")).join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    if whole.is_file() {
        whole
    } else {
        whole.with_added_extension("ts")
    }
}

fn named(sdk: &Path, file: &Path) -> Names {
    let inside = file.strip_prefix(sdk).unwrap_or(file);
    vec![inside.display().to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::circles;

    #[test]
    fn every_form_of_import_is_seen() {
        let text = "// import { no } from \"./comment\";\nimport \"./side\";\nimport * as all from \"./all\";\nimport {\n  One,\n  two as three\n} from \"./some\";\n\
            export { four } from \"./anew\";\nexport * from \"./whole\";\nimport asc from \"assemblyscript\";\nexport const five = \"./text\";\n\
            export function six() {\n  return `import { a } from \"./${file}\";`;\n}\n";
        let found = imports(text);
        let files: Vec<&str> = found.iter().map(|(_, path)| *path).collect();
        assert_eq!(files, ["./side", "./all", "./some", "./anew", "./whole"]);
        assert_eq!(found[2].0, ["One", "two", "three"]);
    }

    #[test]
    fn a_circle_is_found() -> anyhow::Result<()> {
        let sdk = std::env::temp_dir().join(format!("tusk-sdk-{}", std::process::id()));
        fs::create_dir_all(sdk.join("assembly"))?;
        fs::create_dir_all(sdk.join("transform"))?;
        fs::write(sdk.join("assembly/a.ts"), "import { b } from \"./b\";\n")?;
        fs::write(sdk.join("assembly/b.ts"), "import \"./c\";\n")?;
        fs::write(sdk.join("assembly/c.ts"), "export * from \"./b\";\n")?;
        let found = arrows(&sdk).map(|arrows| circles(&arrows));
        fs::remove_dir_all(&sdk)?;
        let circle = [vec!["assembly/b.ts".to_owned()], vec!["assembly/c.ts".to_owned()]];
        assert_eq!(found?, [circle.into()]);
        Ok(())
    }
}
