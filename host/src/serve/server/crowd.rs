//! The connections that are open, of which the longest idle ones make room when there is none left.

use std::{collections::HashMap, sync::Arc};

use super::idle::Activity;
use parking_lot::Mutex;

#[derive(Default)]
pub(super) struct Crowd {
    members: Mutex<CrowdMembers>,
}

#[derive(Default)]
struct CrowdMembers {
    next: u64,
    activities: HashMap<u64, Arc<Activity>>,
}

/// A connection among them, for as long as it lasts.
pub(super) struct Member {
    crowd: Arc<Crowd>,
    id: u64,
}

impl Crowd {
    pub(super) fn join(self: &Arc<Self>, activity: &Arc<Activity>) -> Member {
        let mut members = self.members.lock();
        let id = members.next;
        members.next += 1;
        members.activities.insert(id, activity.clone());
        Member {
            crowd: self.clone(),
            id,
        }
    }

    /// Asks a few of those to end that have been idle for longest.
    pub(super) fn shed(&self) {
        let members = self.members.lock();
        let few = members.activities.len() / 16 + 1;
        let idle = |activity: &Arc<Activity>| activity.idle().map(|idle| (idle, activity.clone()));
        let mut idle: Vec<_> = members.activities.values().filter_map(idle).collect();
        drop(members);
        idle.sort_by_key(|(idle, _)| std::cmp::Reverse(*idle));
        for (_, activity) in idle.into_iter().take(few) {
            activity.shed.notify_one();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut members = self.crowd.members.lock();
        members.activities.remove(&self.id);
    }
}
