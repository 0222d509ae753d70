//! What a guest calls `grpc`.

use crate::{
    base::bindings::{
        self, Error,
        grpc::{Messages, Request, Response},
    },
    capability::grpc::metadata,
    sandbox::call::Call,
};

impl bindings::grpc::Host for Call {
    async fn call(&mut self, request: Request) -> Result<Response, Error> {
        let grpc = &self.context.capabilities.grpc;
        let response = grpc.call(request, &self.origin, self.deadline).await?;
        self.retain(response.message.len() + metadata::size(&response.metadata))?;
        Ok(response)
    }

    async fn stream(&mut self, request: Request, limit: Option<u32>) -> Result<Messages, Error> {
        let grpc = &self.context.capabilities.grpc;
        let answer = grpc.stream(request, limit, &self.origin, self.deadline).await?;
        let size: usize = answer
            .messages
            .iter()
            .map(|message| size_of::<String>() + message.len())
            .sum();
        self.retain(size + metadata::size(&answer.metadata))?;
        Ok(answer)
    }
}
