//! `guest-sdk/wit` as wasmtime makes Rust of it. What it calls values and errors stays in the doors.

wasmtime::component::bindgen!({
    path: "../guest-sdk/wit",
    world: "module",
    imports: {
        "tusk:fujsen/config.evaluate": async,
        "tusk:fujsen/config.validate": async,
        "tusk:fujsen/crypto.digest": async,
        "tusk:fujsen/crypto.hmac": async,
        "tusk:fujsen/events": async,
        "tusk:fujsen/fujsen.call": async,
        "tusk:fujsen/grpc": async,
        "tusk:fujsen/http.send": async,
        "tusk:fujsen/redis": async,
        "tusk:fujsen/sql": async,
        "tusk:fujsen/state": async,
        "tusk:fujsen/time.sleep": async,
    },
    exports: { default: async },
    additional_derives: [PartialEq],
});

pub use tusk::fujsen::{config, crypto, events, fujsen, grpc, http, log, metrics, redis, sql, state, time};
