//! What a guest calls `http`: requests of its own, and the one that it answers.

use crate::{
    base::bindings::{
        self, Error,
        http::{IncomingRequest, Request, Response},
    },
    capability::http::{pairs, pairs_size},
    sandbox::call::Call,
};

impl bindings::http::Host for Call {
    async fn send(&mut self, request: Request) -> Result<Response, Error> {
        let http = &self.context.capabilities.http;
        let response = http.send(request, &self.origin, self.deadline).await?;
        self.retain(response.body.len() + pairs_size(&response.headers))?;
        Ok(response)
    }

    fn incoming(&mut self) -> Option<IncomingRequest> {
        let incoming = self.origin.incoming.clone()?;
        Some(IncomingRequest {
            method: incoming.method.to_string(),
            path: incoming.uri.path().to_owned(),
            parameters: incoming.parameters.clone(),
            query: incoming.query.clone(),
            headers: pairs(&incoming.headers),
            body: incoming.body.to_vec(),
            service: incoming.service.as_deref().map(str::to_owned),
        })
    }
}
