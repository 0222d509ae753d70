//! `users.proto` and `trouble.proto` in Rust.

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserRequest {
    #[prost(string, tag = "1")]
    pub(crate) user_id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NewUser {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) email: String,
    #[prost(enumeration = "Role", tag = "3")]
    pub(crate) role: i32,
    #[prost(message, optional, tag = "4")]
    pub(crate) address: Option<Address>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ListRequest {
    #[prost(int32, tag = "1")]
    pub(crate) page_size: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct User {
    #[prost(string, tag = "1")]
    pub(crate) user_id: String,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(string, tag = "3")]
    pub(crate) email: String,
    #[prost(enumeration = "Role", tag = "4")]
    pub(crate) role: i32,
    #[prost(int64, tag = "5")]
    pub(crate) created_at: i64,
    #[prost(string, repeated, tag = "6")]
    pub(crate) tags: Vec<String>,
    #[prost(message, optional, tag = "7")]
    pub(crate) address: Option<Address>,
    #[prost(bytes = "vec", tag = "8")]
    pub(crate) avatar: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Address {
    #[prost(string, tag = "1")]
    pub(crate) city: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Role {
    Member = 0,
    Admin = 1,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FailRequest {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Size {
    #[prost(int32, tag = "1")]
    pub(crate) size: i32,
}

/// `grpc.health.v1.HealthCheckResponse`: 1 is serving, 2 is not.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HealthAnswer {
    #[prost(int32, tag = "1")]
    pub(crate) status: i32,
}
