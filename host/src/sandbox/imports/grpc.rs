//! What a guest calls `grpc`.

use crate::{
    capability::grpc::{self, metadata},
    sandbox::{
        bindings::{
            self, Error,
            grpc::{Messages, Request, Response},
        },
        call::Call,
    },
};

impl bindings::grpc::Host for Call {
    async fn call(&mut self, request: Request) -> Result<Response, Error> {
        let request = asked(request);
        let grpc = &self.context.capabilities.grpc;
        let response = grpc.call(request, &self.origin, self.deadline).await?;
        self.retain(response.message.len() + metadata::size(&response.metadata))?;
        let grpc::GrpcResponse { message, metadata } = response;
        Ok(Response { message, metadata })
    }

    async fn stream(&mut self, request: Request, limit: Option<u32>) -> Result<Messages, Error> {
        let request = asked(request);
        let grpc = &self.context.capabilities.grpc;
        let answer = grpc.stream(request, limit, &self.origin, self.deadline).await?;
        let size: usize = answer
            .messages
            .iter()
            .map(|message| size_of::<String>() + message.len())
            .sum();
        self.retain(size + metadata::size(&answer.metadata))?;
        let grpc::GrpcMessages {
            messages,
            cut,
            metadata,
        } = answer;
        Ok(Messages {
            messages,
            cut,
            metadata,
        })
    }
}

fn asked(request: Request) -> grpc::GrpcRequest {
    grpc::GrpcRequest {
        server: request.server,
        method: request.method,
        message: request.message,
        metadata: request.metadata,
        timeout_ms: request.timeout_ms,
    }
}
