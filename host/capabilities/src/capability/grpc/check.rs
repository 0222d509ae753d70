//! Whether a server is there, asked by the host itself.

use std::time::Instant;

use http::uri::PathAndQuery;
use prost::Message;
use tonic::{Code, Request, Status, client::Grpc as Client};
use tonic_prost::ProstCodec;

use super::{Grpc, GrpcError};
use crate::base::limits;

const PATH: &str = "/grpc.health.v1.Health/Check";

/// `grpc.health.v1.HealthCheckRequest`; the empty name is the server as a whole.
#[derive(Clone, PartialEq, Message)]
struct Question {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, Message)]
struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

const SERVING: i32 = 1;

impl Grpc {
    /// Whether a server serves by its own word, or, where it offers no health service, answers at all. Not counted
    /// among the service's own calls.
    pub(super) async fn ask(&self, name: &str, deadline: Instant) -> Result<(), GrpcError> {
        let server = self.server(name)?;
        let asked = async {
            let mut client = Client::new(server.remote.channel()).max_decoding_message_size(limits::GRPC_MESSAGE);
            client.ready().await.map_err(|error| Status::from_error(error.into()))?;
            let mut request = Request::new(Question::default());
            request.set_timeout(deadline.saturating_duration_since(Instant::now()));
            let codec = ProstCodec::<_, HealthCheckResponse>::default();
            client.unary(request, PathAndQuery::from_static(PATH), codec).await
        };
        let unhealthy = |what| Err(GrpcError::Unhealthy(what));
        match asked.await {
            Ok(answer) if answer.get_ref().status == SERVING => Ok(()),
            Ok(_) => unhealthy("it says that it is not serving"),
            Err(status) if std::error::Error::source(&status).is_none() && has_answered(status.code()) => Ok(()),
            Err(status) => Err(server.failure(PATH.trim_start_matches('/'), &status)),
        }
    }
}

/// Refusing the question is a sign of life.
fn has_answered(code: Code) -> bool {
    !matches!(
        code,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Internal | Code::Unknown
    )
}
