//! WASI preview 2 with nothing granted, for components that import it: no files, no sockets, no environment. What such a
//! component prints goes to the log.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    WasiCtx, WasiCtxView, async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::{
    base::limits,
    sandbox::{
        bindings::{
            Value,
            log::{Host, Level},
        },
        call::Call,
    },
};

/// The WASI side of one instance, made when the instance first asks for something.
pub(crate) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    printed: [Printed; 2],
}

impl Wasi {
    /// Grants no file, socket, argument or variable. Clocks and random numbers are there; both output streams go to the
    /// log.
    pub(crate) fn new() -> Self {
        let printed = [Printed::default(), Printed::default()];
        let context = WasiCtx::builder()
            .stdout(printed[0].clone())
            .stderr(printed[1].clone())
            // Refused before there is a socket: each would be a descriptor of the host's.
            .allow_tcp(false)
            .allow_udp(false)
            .max_random_size(limits::WASI_RANDOM)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::WASI_THINGS);
        Self {
            context,
            table,
            printed,
        }
    }

    /// What wasmtime's implementation of WASI works on.
    pub(crate) fn view(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }

    /// Sends what was printed during a call to its log, a line each, within the bounds of the log.
    pub(crate) fn log(&self, call: &mut Call) {
        for (stream, level, printed) in [
            ("stdout", Level::Info, &self.printed[0]),
            ("stderr", Level::Warn, &self.printed[1]),
        ] {
            for line in String::from_utf8_lossy(&printed.take()).lines() {
                call.write(
                    level,
                    line.to_owned(),
                    vec![("stream".to_owned(), Value::Text(stream.to_owned()))],
                );
            }
        }
    }
}

/// What a component has printed during a call. Beyond the bound of the log nothing is kept; a write is done when it returns,
/// so that nothing waits.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock())
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    /// Of WASI's next preview, which is not offered.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut kept = self.0.lock();
        let room = limits::LOG_BYTES.saturating_sub(kept.len());
        kept.extend_from_slice(bytes.get(..room).unwrap_or(&bytes));
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(limits::LOG_BYTES)
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}
