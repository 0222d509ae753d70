//! Reads a request's body: bounded in bytes, and in time by the rate at which it must come.

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header::EXPECT};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::Fault;
use crate::base::limits;

/// The whole body. Refuses with 413 what is longer than `limit` bytes, with 408 what comes too slowly.
pub(super) async fn read<B>(mut body: B, headers: &HeaderMap, limit: usize) -> Result<Bytes, Fault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(Box::pin(too_large(body, headers, limit)).await);
    }
    let started = Instant::now();
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    loop {
        let Ok(next) = timeout(limits::BODY_GAP, body.frame()).await else {
            return Err(too_slow());
        };
        let Some(frame) = next else { break };
        let frame = frame.map_err(|error| Fault::new(400, format!("the body did not arrive whole: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = first.len() + more.len() + data.len();
        if length > limit {
            return Err(Box::pin(too_large(body, headers, limit)).await);
        }
        if is_too_slow(length, started.elapsed()) {
            return Err(too_slow());
        }
        // Nearly every body is one piece, which is then not copied.
        if first.is_empty() && more.is_empty() {
            first = data;
        } else {
            if more.is_empty() {
                more.extend_from_slice(&std::mem::take(&mut first));
            }
            more.extend_from_slice(&data);
        }
    }
    Ok(if more.is_empty() { first } else { more.freeze() })
}

fn is_too_slow(length: usize, elapsed: Duration) -> bool {
    elapsed > limits::BODY_GAP && (length as u64) < limits::BODY_RATE * elapsed.as_secs()
}

fn too_slow() -> Fault {
    let message = format!("the body came slower than {} bytes a second", limits::BODY_RATE);
    Fault::new(StatusCode::REQUEST_TIMEOUT.as_u16(), message)
}

/// Takes in a little of what is too much: a client that is still sending when the connection closes would see a
/// reset instead of the answer. One that asks first (`Expect`) has sent nothing.
async fn too_large<B: Body<Data = Bytes> + Unpin>(mut body: B, headers: &HeaderMap, limit: usize) -> Fault {
    if !headers.contains_key(EXPECT) {
        let until = Instant::now() + limits::DISCARD_TIME;
        let mut taken = 0;
        while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > limits::DISCARD_BYTES {
                break;
            }
        }
    }
    let message = format!("the body is longer than {limit} bytes, the most that this service takes");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), message)
}
