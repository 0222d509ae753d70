//! The environment of the fuzz targets: a few files and variables, and a time that stands still.

#[path = "../../tests/tsk/languages.rs"]
pub mod languages;

use std::io;

pub struct World;

impl tsk::Environment for World {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match path {
            "a.tsk" => Ok(b"$g: 1\nx: 2\n[s]\ny: \"z\"\nback: @b.tsk.get(\"x\", 1)".to_vec()),
            "b.tsk" => Ok(b"@include \"a.tsk\"".to_vec()),
            "c.rs" => Ok(b"fn f() {}".to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn var(&self, name: &str) -> Option<String> {
        match name {
            "A" => Some("text".to_owned()),
            "N" => Some("7".to_owned()),
            _ => None,
        }
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
    }
}
