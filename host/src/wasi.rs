//! WASI preview 2 with nothing granted, for components that import it: no files, no sockets, no environment. What such a
//! component prints goes to the log.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use tokio::io::AsyncWrite;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    WasiCtx, WasiCtxView,
    cli::{IsTerminal, StdoutStream},
};

use crate::{
    bindings::{
        Value,
        log::{Host, Level},
    },
    call::Call,
    limits,
};

/// The WASI side of one instance, made when the instance first asks for something.
pub(crate) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    printed: [Printed; 2],
}

impl Wasi {
    pub(crate) fn new() -> Self {
        let printed = [Printed::default(), Printed::default()];
        let context = WasiCtx::builder()
            .stdout(printed[0].clone())
            .stderr(printed[1].clone())
            .build();
        Self {
            context,
            table: ResourceTable::new(),
            printed,
        }
    }

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

/// What a component has printed during a call. Beyond the bound of the log nothing is kept.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Printed {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = limits::LOG_BYTES.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
