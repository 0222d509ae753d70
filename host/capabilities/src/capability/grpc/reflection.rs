//! What a server says of itself (`grpc.reflection.v1`, else `v1alpha`, whose messages are the same).

use std::{collections::BTreeMap, time::Instant};

use http::uri::PathAndQuery;
use prost::Message;
use prost_reflect::{DescriptorPool, ServiceDescriptor, prost_types::FileDescriptorProto};
use tonic::{Code, Request, Status, client::Grpc};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, ServerReflectionResponse, server_reflection_request::MessageRequest as Question,
    server_reflection_response::MessageResponse as Answer,
};

use super::{description::Description, remote::RemoteServer};
use crate::{base::limits, observe::tasks};

const VERSIONS: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Why a service has no description.
pub(super) enum Undescribed {
    /// The server has others.
    Unknown(Vec<String>),
    /// It does not describe itself.
    Silent,
    Failed(Status),
    /// It describes itself in a way that cannot be understood.
    Broken(String),
}

impl From<Status> for Undescribed {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unimplemented => Self::Silent,
            _ => Self::Failed(status),
        }
    }
}

impl RemoteServer {
    /// The description of a service: what is known of it, unless the server was connected to anew since, or unless it
    /// was read some time ago and must be `fresh`.
    pub(super) async fn service(&self, name: &str, fresh: bool) -> Result<ServiceDescriptor, Undescribed> {
        // Callers that come at once wait for the first of them: one question is enough.
        let mut description = self.description.lock().await;
        if description.connection != self.connections() {
            *description = Description::default();
        }
        let is_recent = |read: &Instant| read.elapsed() < limits::GRPC_REFRESH;
        if let Some((read, service)) = description.services.get(name)
            && (!fresh || is_recent(read))
        {
            return Ok(service.clone());
        }
        let listed = description.listed.take().filter(|(asked, _)| is_recent(asked));
        let (asked, names) = match listed {
            Some(listed) => listed,
            None => (Instant::now(), self.list().await?),
        };
        description.connection = self.connections();
        let (_, names) = description.listed.insert((asked, names));
        if !names.iter().any(|known| known == name) {
            let names = names.clone();
            description.services.remove(name);
            return Err(Undescribed::Unknown(names));
        }
        let files = self.files(name).await?;
        let service = build(name, files).await.map_err(Undescribed::Broken)?;
        if description.services.len() >= limits::GRPC_SERVICES {
            description.services.clear();
        }
        let entry = (Instant::now(), service.clone());
        description.services.insert(name.to_owned(), entry);
        Ok(service)
    }

    /// Forgets a service, unless it was read just now.
    pub(super) async fn outdated(&self, name: &str) {
        let services = &mut self.description.lock().await.services;
        if services
            .get(name)
            .is_some_and(|(read, _)| read.elapsed() >= limits::GRPC_REFRESH)
        {
            services.remove(name);
        }
    }

    async fn list(&self) -> Result<Vec<String>, Undescribed> {
        match self.ask(vec![Question::ListServices(String::new())]).await?.pop() {
            Some(Answer::ListServicesResponse(list)) => Ok(list.service.into_iter().map(|one| one.name).collect()),
            Some(Answer::ErrorResponse(error)) => Err(Undescribed::Broken(error.error_message)),
            _ => Err(Undescribed::Broken("it does not list its services".to_owned())),
        }
    }

    /// The file of a service, and all that it imports.
    async fn files(&self, service: &str) -> Result<BTreeMap<String, FileDescriptorProto>, Undescribed> {
        let broken = |what: String| Err(Undescribed::Broken(what));
        let mut files = BTreeMap::new();
        let mut size = 0;
        let mut questions = vec![Question::FileContainingSymbol(service.to_owned())];
        while !questions.is_empty() {
            let before = files.len();
            for answer in self.ask(questions).await? {
                let encoded = match answer {
                    Answer::FileDescriptorResponse(answer) => answer.file_descriptor_proto,
                    Answer::ErrorResponse(error) => return broken(error.error_message),
                    _ => Vec::new(),
                };
                for bytes in encoded {
                    size += bytes.len();
                    let file = match FileDescriptorProto::decode(bytes.as_slice()) {
                        Ok(file) => file,
                        Err(error) => return broken(error.to_string()),
                    };
                    files.entry(file.name().to_owned()).or_insert(file);
                }
            }
            if files.len() > limits::GRPC_FILES || size > limits::GRPC_DESCRIPTION {
                let (most, mib) = (limits::GRPC_FILES, limits::GRPC_DESCRIPTION >> 20);
                return broken(format!("`{service}` has more than {most} files, or {mib} MiB of them"));
            }
            if files.len() == before {
                return broken(format!("it does not give the files of `{service}`"));
            }
            let mut missing: Vec<String> = files
                .values()
                .flat_map(|file| file.dependency.iter().cloned())
                .collect();
            missing.sort_unstable();
            missing.dedup();
            missing.retain(|name| !files.contains_key(name));
            questions = missing.into_iter().map(Question::FileByFilename).collect();
        }
        Ok(files)
    }

    async fn ask(&self, questions: Vec<Question>) -> Result<Vec<Answer>, Status> {
        let [version, older] = VERSIONS.map(PathAndQuery::from_static);
        match self.ask_at(version, questions.clone()).await {
            Err(status) if status.code() == Code::Unimplemented => self.ask_at(older, questions).await,
            answers => answers,
        }
    }

    /// One answer to each question, in the order of the questions.
    async fn ask_at(&self, path: PathAndQuery, questions: Vec<Question>) -> Result<Vec<Answer>, Status> {
        let count = questions.len();
        let requests = questions.into_iter().map(|question| ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        });
        let requests = Request::new(futures_util::stream::iter(requests.collect::<Vec<_>>()));
        let mut grpc = Grpc::new(self.channel()).max_decoding_message_size(limits::GRPC_DESCRIPTION);
        grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let codec = ProstCodec::<_, ServerReflectionResponse>::default();
        let mut stream = grpc.streaming(requests, path, codec).await?.into_inner();
        let mut answers = Vec::new();
        while answers.len() < count
            && let Some(response) = stream.message().await?
        {
            answers.extend(response.message_response);
        }
        Ok(answers)
    }
}

/// Away from the threads that serve: a large description takes its time, and nobody has checked it.
async fn build(name: &str, files: BTreeMap<String, FileDescriptorProto>) -> Result<ServiceDescriptor, String> {
    let building = tasks::block("grpc_reflection", move || {
        let mut pool = DescriptorPool::new();
        pool.add_file_descriptor_protos(files.into_values())
            .map(|()| pool)
            .map_err(|error| error.to_string())
    });
    let pool = building
        .await
        .map_err(|_| "its description is no description".to_owned())??;
    pool.get_service_by_name(name)
        .ok_or_else(|| format!("it lists `{name}` and does not describe it"))
}
