//! The hostile modules of tests/hostile: how each must end, and one service that has them all.

use std::fs;

use super::{Folder, root};

/// How a module of the zoo must end.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// It is never served; the diagnostic has this text.
    Refused(&'static str),
    /// A call of it is answered with this.
    Status(u16),
}

pub(crate) struct Animal {
    /// Of its file.
    pub(crate) name: &'static str,
    pub(crate) end: End,
}

impl Animal {
    fn stem(&self) -> &'static str {
        self.name.split('.').next().unwrap_or_default()
    }

    fn ending(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    fn is_module(&self) -> bool {
        self.ending() == "wat"
    }

    /// Whether it is in a file that is served.
    fn is_served(&self) -> bool {
        matches!(self.end, End::Status(_))
    }

    /// What it is written in.
    fn language(&self) -> &'static str {
        match self.ending() {
            "rs" => "rust",
            "as" => "assemblyscript",
            "js" => "javascript",
            "ts" => "typescript",
            other => other,
        }
    }

    /// The file of its module, which diagnostics show.
    fn wasm(&self) -> String {
        format!("{}.wasm", self.stem())
    }

    /// Where a call of it is made.
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.language(), self.stem())
    }

    /// What its section says beside its code: the lines of its text that begin with `//!`.
    fn settings(&self) -> Vec<String> {
        let text = source(self.name);
        let lines = text.lines().filter_map(|line| line.strip_prefix("//! "));
        lines.map(str::to_owned).collect()
    }

    /// Whether it has a section of its own: for what that says, or since it would keep the others from being served.
    fn is_alone(&self) -> bool {
        self.is_module() || !self.is_served() || !self.settings().is_empty()
    }

    fn section(&self) -> String {
        match (self.is_module(), self.is_alone()) {
            (true, _) => self.stem().to_owned(),
            (false, true) => format!("{}_{}", self.language(), self.stem()),
            (false, false) => self.language().to_owned(),
        }
    }

    /// The section that it has for itself.
    fn own_section(&self) -> String {
        let (section, stem) = (self.section(), self.stem());
        if self.is_module() {
            return format!("[{section}]\nmodule: @wasm(\"{}\")\n", self.wasm());
        }
        let (language, code, settings) = (self.language(), source(self.name), self.settings().join("\n"));
        format!("[{section}]\n{settings}\n{stem}_fujsen = '''{language}\n{code}\n'''\n")
    }

    fn target(&self) -> String {
        let function = if self.is_module() { "f" } else { self.stem() };
        format!("{}.{function}", self.section())
    }

    /// The diagnostic of a service that is about it: at a line of its code, or at that of its key.
    pub(crate) fn told<'d>(&self, diagnostics: &[&'d str], service: &str) -> Option<&'d str> {
        if self.is_module() {
            let line = format!("@wasm(\"{}\")", self.wasm());
            return diagnostics.iter().find(|one| one.contains(&line)).copied();
        }
        let code = source(self.name);
        let (before, _) = service.split_once(&code)?;
        let key = before.lines().count();
        let first = if self.is_alone() { key } else { key + 1 };
        let lines = first..=key + code.lines().count();
        let is_there = |one: &&&str| line(one).is_some_and(|line| lines.contains(&line));
        diagnostics.iter().find(is_there).copied()
    }
}

/// Where a diagnostic points to.
fn line(diagnostic: &str) -> Option<usize> {
    let (_, place) = diagnostic.split_once("--> service.tsk:")?;
    place.split(':').next()?.parse().ok()
}

/// The whole zoo, in the order of its table.
pub(crate) fn zoo() -> Vec<Animal> {
    TABLE.iter().map(|(name, end)| Animal { name, end: *end }).collect()
}

/// A folder with the modules of all files, and the text of a service with those that are served.
pub(crate) fn zoo_folder(deadline: &str) -> Folder {
    let folder = Folder::new(&zoo_text(deadline, false));
    for animal in zoo().iter().filter(|animal| animal.is_module()) {
        let text = source(animal.name);
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}", animal.name));
        fs::write(folder.file(&animal.wasm()), wasm).expect("the folder can be written");
    }
    folder
}

/// The service; with those that are refused, too, it is not applied.
pub(crate) fn zoo_text(deadline: &str, with_refused: bool) -> String {
    let zoo = zoo();
    let there = |animal: &&Animal| with_refused || animal.is_served();
    let alone = zoo.iter().filter(there).filter(|animal| animal.is_alone());
    let alone: String = alone.map(Animal::own_section).collect();
    let languages = ["rust", "assemblyscript", "javascript", "typescript"];
    let together = languages.map(|language| shared(&zoo, language)).concat();
    let served = zoo.iter().filter(|animal| animal.is_served());
    let route = |animal: &Animal| format!("\"GET {}\": {}\n", animal.path(), animal.target());
    let routes: String = served.map(route).collect();
    format!(
        "[service]\nname: \"zoo\"\n[limits]\ndeadline: \"{deadline}\"\n{alone}{together}\
         [neighbour]\nmodule: @wasm(\"component_sound.wasm\")\n[routes]\n\"GET /neighbour\": neighbour.f\n{routes}"
    )
}

/// The functions of a language that need no section of their own, as one text.
fn shared(zoo: &[Animal], language: &str) -> String {
    let is_own = |animal: &&Animal| animal.language() == language && !animal.is_alone();
    let own = zoo.iter().filter(is_own);
    let texts: String = own.map(|animal| source(animal.name)).collect();
    format!("[{language}]\nall_fujsen = '''{language}\n{texts}\n'''\n")
}

fn source(name: &str) -> String {
    fs::read_to_string(root().join("tests/hostile").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

use End::{Refused, Status};

/// Each file of tests/hostile, and how it must end. What each one is stands in its first line.
const TABLE: &[(&str, End)] = &[
    ("loop_in_call.wat", Status(504)),
    ("loop_in_realloc.wat", Status(504)),
    ("loop_in_post_return.wat", Status(504)),
    ("loop_in_start.wat", Refused("not ready")),
    ("loop_of_fills.wat", Status(504)),
    ("loop_of_copies.wat", Status(504)),
    ("loop_of_grow_zero.wat", Status(504)),
    ("loop_of_refused_growth.wat", Status(504)),
    ("loop_of_table_growth.wat", Status(504)),
    ("loop_of_calls.wat", Status(504)),
    ("loop_of_indirect_calls.wat", Status(504)),
    ("loop_of_recursion.wat", Status(504)),
    ("loop_of_divisions.wat", Status(504)),
    ("loop_of_br_table.wat", Status(504)),
    ("loop_of_vectors.wat", Status(504)),
    ("exponential_calls.wat", Status(504)),
    ("loop_of_now.wat", Status(504)),
    ("loop_of_short_sleeps.wat", Status(504)),
    ("sleep_for_ever.wat", Status(504)),
    ("spin_between_sleeps.wat", Status(504)),
    ("loop_of_log_lines.wat", Status(504)),
    ("loop_of_config.wat", Status(504)),
    ("loop_of_figures.wat", Status(504)),
    ("loop_of_states.wat", Status(504)),
    ("loop_of_patterns.wat", Status(504)),
    ("grow_to_the_limit.wat", Status(200)),
    ("grow_and_trap.wat", Status(500)),
    ("touch_all.wat", Status(200)),
    ("grow_and_touch_all.wat", Status(200)),
    ("grow_by_all.wat", Status(200)),
    ("memory_at_start.wat", Refused("[limits] memory")),
    ("memory_of_4_gib.wat", Refused("memory")),
    ("memory_beyond_type.wat", Refused("memory size")),
    ("data_beyond_memory.wat", Refused("cannot be started")),
    ("data_at_negative.wat", Refused("cannot be started")),
    ("load_beyond.wat", Status(500)),
    ("store_beyond.wat", Status(500)),
    ("store_in_guard.wat", Status(500)),
    ("fill_beyond.wat", Status(500)),
    ("copy_beyond.wat", Status(500)),
    ("init_dropped.wat", Status(500)),
    ("table_at_start.wat", Refused("minimum element size of 100000000")),
    ("table_grows.wat", Status(200)),
    ("two_tables.wat", Refused("tables")),
    ("elements_beyond_table.wat", Refused("cannot be started")),
    ("call_null.wat", Status(500)),
    ("call_beyond.wat", Status(500)),
    ("call_wrong_type.wat", Status(500)),
    ("table_get_beyond.wat", Status(500)),
    ("table_fill_beyond.wat", Status(500)),
    ("table_init_dropped.wat", Status(500)),
    ("recursion.wat", Status(500)),
    ("recursion_of_two.wat", Status(500)),
    ("recursion_through_table.wat", Status(500)),
    ("recursion_with_locals.wat", Status(500)),
    ("recursion_in_realloc.wat", Status(500)),
    ("recursion_in_start.wat", Refused("ran out of stack")),
    ("trap_unreachable.wat", Status(500)),
    ("trap_in_start.wat", Refused("cannot be started")),
    ("trap_in_realloc.wat", Status(500)),
    ("trap_in_post_return.wat", Status(500)),
    ("trap_division.wat", Status(500)),
    ("trap_overflow.wat", Status(500)),
    ("trap_not_a_number.wat", Status(500)),
    ("trap_infinity.wat", Status(500)),
    ("reply_beyond_memory.wat", Status(500)),
    ("reply_at_negative.wat", Status(500)),
    ("reply_unaligned.wat", Status(500)),
    ("reply_neither.wat", Status(500)),
    ("reply_of_no_kind.wat", Status(500)),
    ("reply_text_beyond.wat", Status(500)),
    ("reply_text_of_4_gib.wat", Status(500)),
    ("reply_text_not_utf16.wat", Status(500)),
    ("reply_text_steers.wat", Status(200)),
    ("reply_bytes_beyond_limit.wat", Status(500)),
    ("reply_bytes_beyond_all.wat", Status(500)),
    ("reply_json_broken.wat", Status(500)),
    ("reply_json_deep.wat", Status(500)),
    ("reply_status_99.wat", Status(500)),
    ("reply_status_65535.wat", Status(500)),
    ("reply_status_100.wat", Status(500)),
    ("reply_status_101.wat", Status(500)),
    ("headers_beyond_memory.wat", Status(500)),
    ("headers_without_number.wat", Status(500)),
    ("headers_many.wat", Status(500)),
    ("header_long.wat", Status(500)),
    ("header_splits.wat", Status(500)),
    ("header_name_of_spaces.wat", Status(500)),
    ("header_of_the_hosts.wat", Status(200)),
    ("error_of_status_0.wat", Status(500)),
    ("error_of_status_200.wat", Status(500)),
    ("error_of_status_65535.wat", Status(500)),
    ("error_message_long.wat", Status(500)),
    ("error_message_steers.wat", Status(500)),
    ("error_message_beyond.wat", Status(500)),
    ("realloc_beyond.wat", Status(500)),
    ("realloc_unaligned.wat", Status(500)),
    ("realloc_at_0.wat", Status(200)),
    ("host_in_realloc.wat", Status(500)),
    ("host_in_post_return.wat", Status(500)),
    ("host_in_start.wat", Refused("may not call the host while it starts")),
    ("sleep_in_start.wat", Refused("may not call the host while it starts")),
    ("panic_in_start.wat", Refused("may not call the host while it starts")),
    ("log_beyond_memory.wat", Status(500)),
    ("log_of_no_level.wat", Status(500)),
    ("log_not_utf16.wat", Status(500)),
    ("log_of_20_mib.wat", Status(500)),
    ("log_of_2_mib.wat", Status(200)),
    ("log_forges.wat", Status(200)),
    ("log_of_many_fields.wat", Status(200)),
    ("log_of_fields_without_number.wat", Status(500)),
    ("config_of_1_mib.wat", Status(200)),
    ("config_result_beyond.wat", Status(500)),
    ("panic_of_3_mib.wat", Status(500)),
    ("panic_that_forges.wat", Status(500)),
    ("panic_and_go_on.wat", Status(200)),
    ("fail_and_go_on.wat", Status(200)),
    ("fail_of_status_7.wat", Status(500)),
    ("calls_itself.wat", Status(200)),
    ("calls_nobody.wat", Status(200)),
    ("state_ungranted.wat", Status(200)),
    ("database_ungranted.wat", Status(200)),
    ("validates_a_bomb.wat", Status(200)),
    ("functions_missing.wat", Refused("no custom section")),
    ("functions_empty.wat", Refused("no custom section")),
    ("functions_not_json.wat", Refused("cannot be read")),
    ("functions_deep.wat", Refused("cannot be read")),
    ("functions_not_utf8.wat", Refused("cannot be read")),
    ("functions_many.wat", Refused("1001 functions")),
    ("functions_twice.wat", Refused("two functions are reached")),
    ("name_long.wat", Refused("no name that can be used")),
    ("name_steers.wat", Refused("no name that can be used")),
    ("name_reversed.wat", Refused("no name that can be used")),
    ("name_of_lines.wat", Refused("no name that can be used")),
    ("type_long.wat", Refused("70000 bytes")),
    ("parameters_many.wat", Refused("200 parameters")),
    ("encoding_unknown.wat", Refused("no export `call`")),
    ("sections_many.wat", Status(200)),
    ("names_steer.wat", Status(500)),
    ("names_broken.wat", Refused("cannot be used")),
    ("no_call.wat", Refused("does not export `call`")),
    ("call_of_other_type.wat", Refused("type")),
    ("call_is_a_global.wat", Refused("does not export `call`")),
    ("no_memory.wat", Refused("memory")),
    ("no_realloc.wat", Refused("realloc")),
    ("imports_unknown.wat", Refused("env")),
    ("imports_wasi_preview_1.wat", Refused("wasi_snapshot_preview1")),
    ("imports_unknown_function.wat", Refused("stop")),
    ("imports_other_type.wat", Refused("type")),
    ("imports_memory.wat", Refused("cannot be used")),
    ("off_structs.wat", Refused("gc")),
    ("off_ref_test.wat", Refused("gc")),
    ("off_ref_cast.wat", Refused("gc")),
    ("off_non_final.wat", Refused("gc")),
    ("off_call_ref.wat", Refused("function references")),
    ("off_exceptions.wat", Refused("exceptions")),
    ("off_tail_call.wat", Refused("tail calls")),
    ("off_threads.wat", Refused("thread")),
    ("off_memory64.wat", Refused("64")),
    ("off_two_memories.wat", Refused("multi")),
    ("off_relaxed_simd.wat", Refused("relaxed")),
    ("off_stack_switching.wat", Refused("cont")),
    ("off_wide_arithmetic.wat", Refused("wide")),
    ("off_page_size.wat", Refused("page")),
    ("binary_empty.wat", Refused("does not export `call`")),
    ("binary_cut.wat", Refused("unexpected end-of-file")),
    ("binary_of_another_version.wat", Refused("not WebAssembly")),
    ("binary_not_wasm.wat", Refused("not WebAssembly")),
    ("binary_without_end_of_number.wat", Refused("invalid var_u32")),
    ("binary_four_billion_types.wat", Refused("cannot be used")),
    ("binary_four_billion_locals.wat", Refused("cannot be used")),
    ("binary_sections_in_wrong_order.wat", Refused("cannot be used")),
    ("binary_unknown_section.wat", Refused("cannot be used")),
    ("binary_code_without_functions.wat", Refused("cannot be used")),
    ("blocks_deep.wat", Status(200)),
    ("br_table_long.wat", Status(200)),
    ("locals_many.wat", Status(200)),
    ("functions_inside_many.wat", Status(200)),
    ("component_sound.wat", Status(200)),
    ("component_memories.wat", Status(500)),
    ("component_memories_at_start.wat", Refused("limits.memory")),
    ("component_memories_40.wat", Refused("memories")),
    ("component_tables.wat", Status(200)),
    ("component_instances.wat", Refused("core module instances")),
    ("component_loop_inside.wat", Status(504)),
    ("component_start_inside.wat", Refused("not ready")),
    ("component_trap_at_start_inside.wat", Refused("cannot be started")),
    ("component_recursion_inside.wat", Status(500)),
    ("component_other_name.wat", Refused("does not export `call`")),
    ("component_post_return.wat", Status(504)),
    ("component_latin1.wat", Status(200)),
    ("component_async.wat", Refused("async")),
    ("component_realloc_missing.wat", Status(200)),
    ("component_type_bomb.wat", Refused("type")),
    ("component_types_deep.wat", Refused("nesting")),
    ("component_types_many.wat", Status(200)),
    ("component_nested.wat", Status(200)),
    ("component_imports_unknown.wat", Refused("shell")),
    ("component_imports_other_version.wat", Refused("9.9.9")),
    ("component_of_other_types.wat", Refused("type")),
    ("component_handles.wat", Status(500)),
    ("component_handles_in_turn.wat", Status(504)),
    ("component_handle_twice.wat", Status(500)),
    ("component_handle_of_nobody.wat", Status(500)),
    ("component_destructor.wat", Status(504)),
    ("wasi_sound.wat", Status(200)),
    ("wasi_stdout_of_nothing.wat", Status(504)),
    ("wasi_stderr_of_nothing.wat", Status(504)),
    ("wasi_writes_of_64_kib.wat", Status(504)),
    ("wasi_write_of_20_mib.wat", Status(500)),
    ("wasi_print_too_much.wat", Status(500)),
    ("wasi_flushes.wat", Status(504)),
    ("wasi_zeroes.wat", Status(500)),
    ("wasi_checks.wat", Status(504)),
    ("wasi_streams_without_number.wat", Status(500)),
    ("wasi_pollables_without_number.wat", Status(500)),
    ("wasi_clocks_without_number.wat", Status(500)),
    ("wasi_waits_for_ever.wat", Status(504)),
    ("wasi_waits_of_nothing.wat", Status(504)),
    ("wasi_polls_nothing.wat", Status(500)),
    ("wasi_polls_one_often.wat", Status(500)),
    ("wasi_random_of_1_gib.wat", Status(500)),
    ("wasi_random_for_ever.wat", Status(504)),
    ("wasi_reads_stdin.wat", Status(200)),
    ("wasi_exits.wat", Status(500)),
    ("wasi_exits_with_failure.wat", Status(500)),
    ("wasi_handle_of_nobody.wat", Status(500)),
    ("wasi_handle_of_another_kind.wat", Status(500)),
    ("wasi_waits_at_start.wat", Status(200)),
    ("wasi_waits_for_ever_at_start.wat", Refused("not ready")),
    ("wasi_loop_of_clocks.wat", Status(504)),
    ("loops.rs", Status(504)),
    ("sleeps.rs", Status(504)),
    ("hashes_for_ever.rs", Status(504)),
    ("recurses.rs", Status(500)),
    ("eats.rs", Status(500)),
    ("allocates_all.rs", Status(500)),
    ("panics_at_length.rs", Status(500)),
    ("panics_and_forges.rs", Status(500)),
    ("indexes.rs", Status(500)),
    ("overflows.rs", Status(500)),
    ("answers_at_length.rs", Status(500)),
    ("answers_with_headers.rs", Status(500)),
    ("answers_with_one_header.rs", Status(500)),
    ("answers_deep.rs", Status(200)),
    ("floods_the_log.rs", Status(200)),
    ("reaches_metadata.rs", Status(500)),
    ("hashes.rs", Status(504)),
    ("calls_itself.rs", Status(500)),
    ("loops.as", Status(504)),
    ("sleeps.as", Status(504)),
    ("asks_for_random.as", Status(500)),
    ("recurses.as", Status(500)),
    ("eats.as", Status(500)),
    ("allocates_all.as", Status(500)),
    ("indexes.as", Status(500)),
    ("throws.as", Status(500)),
    ("null_pointer.as", Status(500)),
    ("answers_at_length.as", Status(500)),
    ("concatenates.as", Status(500)),
    ("floods_the_log.as", Status(200)),
    ("collects.as", Status(500)),
    ("loops.js", Status(504)),
    ("loops_in_microtasks.js", Status(504)),
    ("loops_in_timers.js", Status(504)),
    ("fills_a_timer_list.js", Status(504)),
    ("leaves_timers.js", Status(200)),
    ("never_settles.js", Status(500)),
    ("thenable_of_itself.js", Status(504)),
    ("promise_of_itself.js", Status(500)),
    ("promises_without_end.js", Status(500)),
    ("matches_for_ever.js", Status(504)),
    ("pattern_bomb.js", Status(200)),
    ("pattern_deep.js", Status(500)),
    ("sleeps.js", Status(504)),
    ("hashes_for_ever.js", Status(504)),
    ("asks_for_random.js", Status(500)),
    ("makes_cycles.js", Status(504)),
    ("finalizes_for_ever.js", Status(504)),
    ("getter_without_end.js", Status(504)),
    ("throws_an_endless_prototype.js", Status(504)),
    ("recurses.js", Status(500)),
    ("recurses_by_getters.js", Status(500)),
    ("recurses_by_proxies.js", Status(500)),
    ("recurses_by_texts.js", Status(500)),
    ("recurses_by_json.js", Status(500)),
    ("recurses_by_sort.js", Status(500)),
    ("recurses_by_patterns.js", Status(500)),
    ("recurses_by_generators.js", Status(500)),
    ("recurses_by_promises.js", Status(500)),
    ("recurses_in_finally.js", Status(504)),
    ("proxies_of_proxies.js", Status(500)),
    ("binds_without_end.js", Status(500)),
    ("flattens_deep.js", Status(500)),
    ("answers_deep.js", Status(500)),
    ("parses_deep.js", Status(500)),
    ("clones_deep.js", Status(500)),
    ("eats.js", Status(500)),
    ("allocates_all.js", Status(500)),
    ("repeats.js", Status(500)),
    ("concatenates.js", Status(500)),
    ("pads.js", Status(500)),
    ("sparse_list.js", Status(500)),
    ("spreads_without_end.js", Status(500)),
    ("catches_the_lack_of_memory.js", Status(200)),
    ("waits_on_atomics.js", Status(500)),
    ("long_bigint.js", Status(500)),
    ("digits_of_a_bigint.js", Status(504)),
    ("answers_at_length.js", Status(500)),
    ("answers_with_headers.js", Status(500)),
    ("endless_headers.js", Status(500)),
    ("splits_headers.js", Status(500)),
    ("status_negative.js", Status(500)),
    ("status_beyond.js", Status(500)),
    ("status_a_text.js", Status(500)),
    ("headers_of_another_kind.js", Status(500)),
    ("body_of_a_proxy.js", Status(500)),
    ("detached_result.js", Status(500)),
    ("detached_argument.js", Status(500)),
    ("detaches_while_written.js", Status(500)),
    ("shrinks_a_buffer.js", Status(500)),
    ("throws_a_proxy.js", Status(500)),
    ("throws_a_revoked_proxy.js", Status(500)),
    ("throws_a_symbol.js", Status(500)),
    ("throws_null.js", Status(500)),
    ("throws_what_throws.js", Status(500)),
    ("throws_and_forges.js", Status(500)),
    ("throws_at_length.js", Status(500)),
    ("throws_causes_without_end.js", Status(500)),
    ("rejects_much.js", Status(500)),
    ("forges_an_http_error.js", Status(500)),
    ("http_error_of_status_200.js", Status(500)),
    ("to_json_without_end.js", Status(500)),
    ("to_json_huge.js", Status(500)),
    ("to_json_throws.js", Status(500)),
    ("to_json_of_nothing.js", Status(500)),
    ("proxy_of_endless_list.js", Status(500)),
    ("proxy_of_endless_names.js", Status(500)),
    ("passes_endless_lists.js", Status(500)),
    ("changes_arguments_while_they_are_taken.js", Status(500)),
    ("not_a_date.js", Status(500)),
    ("evals.js", Status(500)),
    ("makes_functions.js", Status(500)),
    ("timers_of_text.js", Status(500)),
    ("evals_the_natives.js", Status(500)),
    ("calls_itself.js", Status(500)),
    ("reaches_metadata.js", Status(500)),
    ("evals_for_ever.js", Status(504)),
    ("detaches_in_sort.js", Status(200)),
    ("shrinks_in_fill.js", Status(200)),
    ("status_not_a_number.js", Status(200)),
    ("to_json_of_itself.js", Status(200)),
    ("changes_a_list_while_it_is_written.js", Status(200)),
    ("lone_surrogates.js", Status(200)),
    ("lone_surrogates_in_headers.js", Status(200)),
    ("lone_surrogates_for_the_host.js", Status(200)),
    ("changes_its_export.js", Status(200)),
    ("floods_the_log.js", Status(200)),
    ("logs_what_throws.js", Status(200)),
    ("logs_an_endless_list.js", Status(200)),
    ("pollutes_objects.js", Status(409)),
    ("pollutes_defaults.js", Status(200)),
    ("pollutes_lists.js", Status(200)),
    ("pollutes_places.js", Status(200)),
    ("pollutes_iterators.js", Status(201)),
    ("pollutes_json.js", Status(200)),
    ("pollutes_texts.js", Status(200)),
    ("pollutes_functions.js", Status(201)),
    ("pollutes_promises.js", Status(200)),
    ("pollutes_bytes.js", Status(200)),
    ("pollutes_errors.js", Status(418)),
    ("pollutes_responses.js", Status(200)),
    ("pollutes_globals.js", Status(200)),
    ("imports_the_natives.js", Refused("cannot import while it runs")),
    ("imports_the_natives_at_start.js", Refused("no packages here")),
    ("nests_deep.js", Refused("more than 128 levels deep")),
    ("awaits_at_start.js", Refused("cannot `await`")),
    ("loops_at_start.js", Refused("not ready")),
    ("matches_at_start.js", Refused("not ready")),
    ("queues_at_start.js", Refused("not ready")),
    ("recurses_at_start.js", Refused("call stack")),
    ("allocates_at_start.js", Refused("out of memory")),
    ("throws_at_start.js", Refused("thrown")),
    ("throws_nothing_at_start.js", Refused("null")),
    ("throws_a_proxy_at_start.js", Refused("cannot be shown")),
    ("calls_the_host_at_start.js", Refused("may not call the host")),
    ("asks_for_random_at_start.js", Refused("may not call the host")),
    ("reads_the_clock_at_start.js", Refused("the clock is read")),
    ("evals_at_start.js", Refused("eval: true")),
    ("loops.ts", Status(504)),
    ("matches_for_ever.ts", Status(504)),
    ("recurses.ts", Status(500)),
    ("eats.ts", Status(500)),
    ("never_settles.ts", Status(500)),
    ("lies_about_types.ts", Status(500)),
    ("answers_a_cycle.ts", Status(500)),
    ("takes_a_tree.ts", Status(200)),
    ("names_of_the_language.ts", Status(200)),
    ("type_bomb.ts", Refused("more than 20000 parts")),
    ("throws_at_start.ts", Refused("thrown below types")),
];
