//! What a guest calls `state`.

use crate::sandbox::{
    bindings::{self, Error, Value},
    call::Call,
};

impl bindings::state::Host for Call {
    async fn get(&mut self, key: String) -> Result<Value, Error> {
        let value = self.context.capabilities.state.get(self.deadline, key).await?;
        self.retain(size_of::<Value>() + value.payload())?;
        Ok(value.into())
    }

    async fn set(&mut self, key: String, value: Value, lifetime: Option<u64>) -> Result<(), Error> {
        let state = &self.context.capabilities.state;
        Ok(state.set(self.deadline, key, &value.into(), lifetime).await?)
    }

    async fn delete(&mut self, key: String) -> Result<bool, Error> {
        Ok(self.context.capabilities.state.delete(self.deadline, key).await?)
    }

    async fn increment(&mut self, key: String, by: i64, lifetime: Option<u64>) -> Result<i64, Error> {
        let state = &self.context.capabilities.state;
        Ok(state.increment(self.deadline, key, by, lifetime).await?)
    }

    async fn compare_and_set(
        &mut self,
        key: String,
        expected: Value,
        value: Value,
        lifetime: Option<u64>,
    ) -> Result<bool, Error> {
        let state = &self.context.capabilities.state;
        let (expected, value) = (expected.into(), value.into());
        let set = state.compare_and_set(self.deadline, key, &expected, &value, lifetime);
        Ok(set.await?)
    }

    async fn expire(&mut self, key: String, lifetime: Option<u64>) -> Result<bool, Error> {
        let state = &self.context.capabilities.state;
        Ok(state.expire(self.deadline, key, lifetime).await?)
    }

    async fn expires_in(&mut self, key: String) -> Result<Option<u64>, Error> {
        Ok(self.context.capabilities.state.expires_in(self.deadline, key).await?)
    }
}
