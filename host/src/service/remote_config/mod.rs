//! Values that come from a configuration service while the service runs. `[remote_config]` says from where, which, and what
//! they must be like.
//!
//! `plan` is what one version of the file says, `document` what the configuration service said, `kept` the last of it that
//! was good, what is served asks again and again. Values only: code, grants and the host's own settings come from the file.

mod document;
mod kept;
mod places;
mod plan;
mod settings;

#[cfg(test)]
mod tests;

use crate::capability::config::Values;

pub(crate) use self::{
    document::Document,
    kept::LastGood,
    plan::{ConfigAnswer, Problem, RemoteConfigPlan},
};

/// Gives a version of the file, whose plan and values these are, what was good last, where it is good for this one, too.
pub(crate) fn recall(plan: &RemoteConfigPlan, values: &Values, kept: &LastGood) {
    if let Some(document) = kept.get(&plan.source)
        && plan.errors(&document).is_empty()
    {
        plan.take_over(values, document);
    }
}
