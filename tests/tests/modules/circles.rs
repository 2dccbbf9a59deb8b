//! Circles of arrows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::Hash;

/// The shortest circle through each group of nodes that reach one another: node, node, ..., and
/// the first again.
pub fn circles<T: Ord + Copy + Hash>(arrows: &BTreeSet<(T, T)>) -> Vec<Vec<T>> {
    let mut next: BTreeMap<T, Vec<T>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(*from).or_default().push(*to);
    }
    let mut shortest: Vec<Vec<T>> = next.keys().filter_map(|n| way_back(&next, *n)).collect();
    shortest.sort_by_key(Vec::len);
    // Of those that share a node only the first is printed: with it the others often go.
    let mut seen = BTreeSet::new();
    shortest.retain(|circle| {
        let new = circle.iter().all(|node| !seen.contains(node));
        seen.extend(circle.iter().copied());
        new
    });
    shortest
}

/// The shortest way from a node to itself.
fn way_back<T: Ord + Copy>(next: &BTreeMap<T, Vec<T>>, start: T) -> Option<Vec<T>> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for to in next.get(&node).into_iter().flatten() {
            if *to == start {
                let mut way = vec![start, node];
                while way.last() != Some(&start) {
                    way.push(came_from[&way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(to) {
                came_from.insert(*to, node);
                queue.push_back(*to);
            }
        }
    }
    None
}
