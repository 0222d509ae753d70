//! SQLite as services have it: files that other programs open, too, on disks that fill up and machines that fail.

mod check;
mod disk;
mod durability;
mod others;
mod own;
mod values;
