//! What a guest calls `http`: requests of its own, and the one that it answers.

use crate::{
    capability::http::{self, pairs, pairs_size},
    sandbox::{
        bindings::{
            self, Error,
            http::{IncomingRequest, Request, Response},
        },
        call::Call,
    },
};

impl bindings::http::Host for Call {
    async fn send(&mut self, request: Request) -> Result<Response, Error> {
        let request = http::HttpRequest {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            redirects: request.redirects,
        };
        let http = &self.context.capabilities.http;
        let response = http.send(request, &self.origin, self.deadline).await?;
        self.retain(response.body.len() + pairs_size(&response.headers))?;
        Ok(Response {
            status: response.status,
            headers: response.headers,
            body: response.body,
            url: response.url,
            elapsed_us: response.elapsed_us,
        })
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
