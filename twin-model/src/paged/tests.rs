use proptest::prelude::*;

use super::*;

fn pages<T>(list: &Paged<T>) -> usize {
    list.full().len() + 1
}

#[test]
fn an_empty_list_takes_no_room_and_a_copy_is_the_same() {
    let mut list: Paged<u32> = Paged::default();
    assert!(list.0.is_none());
    list.push(1);
    let copy = list.clone();
    assert!(copy.is_same(&list));
    list.remove(list.place(|_| false)).unwrap();
    assert!(list.0.is_none());
    assert_eq!((list.len(), copy.len()), (0, 1));
}

#[test]
fn lists_are_equal_by_their_entries_and_not_by_their_number() {
    let list = |entries: &[u32]| -> Paged<u32> { entries.iter().copied().collect() };
    assert!(list(&[1, 2, 3]) == list(&[1, 2, 3]));
    for other in [&[1, 2][..], &[1, 2, 4], &[1, 2, 3, 4], &[]] {
        assert!(list(&[1, 2, 3]) != list(other), "{other:?}");
    }
    assert!(list(&[]) == list(&[]));
}

#[test]
fn a_change_copies_the_page_that_it_falls_into_and_no_other() {
    let long: Paged<usize> = (0..PAGE_ENTRIES_MAX * 8).collect();
    let mut changed = long.clone();
    let place = long.place(|entry| *entry < PAGE_ENTRIES_MAX * 3 + 1);
    *changed.get_mut(place).unwrap() += 0;
    let kept = long.full().iter().zip(changed.full());
    let copied: Vec<bool> = kept.map(|(was, is)| !was.shares(is)).collect();
    let third: Vec<bool> = (0..long.full().len()).map(|page| page == 3).collect();
    assert_eq!(copied, third);
    changed.push(0);
    let full = long.full().iter().zip(changed.full());
    assert_eq!(full.filter(|(was, is)| !was.shares(is)).count(), 1);
}

#[test]
fn an_entry_at_the_end_copies_nothing_and_each_copy_sees_its_own() {
    let first: Paged<usize> = (0..5).collect();
    let cells = |list: &Paged<usize>| list.page(0).unwrap().clone();
    let (mut second, mut third) = (first.clone(), first.clone());
    second.push(5);
    assert!(
        cells(&second).shares(&cells(&first)),
        "it takes the next cell"
    );
    assert!(
        first.iter().eq(&[0, 1, 2, 3, 4]),
        "which the first does not see"
    );
    third.push(7);
    assert!(!cells(&third).shares(&cells(&first)), "the cell is taken");
    assert!(third.iter().eq(&[0, 1, 2, 3, 4, 7]));
    assert!(second.iter().eq(&[0, 1, 2, 3, 4, 5]));
    for entry in 6..=PAGE_ENTRIES_MAX {
        second.push(entry);
    }
    assert!(second.iter().copied().eq(0..=PAGE_ENTRIES_MAX));
    assert_eq!(pages(&second), 2);
    assert_eq!((first.len(), third.len()), (5, 6));
}

#[test]
fn what_is_wanted_is_changed_everywhere_and_pages_without_it_stay_shared() {
    let long: Paged<(usize, bool)> = (0..PAGE_ENTRIES_MAX * 4 + 7).map(|n| (n, false)).collect();
    let mut changed = long.clone();
    changed.change_where(|(n, _)| *n > long.len(), |(_, seen)| *seen = true);
    assert!(changed.is_same(&long), "nothing was wanted");
    for wanted in [
        vec![3, 5, 40],
        vec![long.len() - 1],
        vec![0, long.len() - 1],
    ] {
        let mut changed = long.clone();
        changed.change_where(|(n, _)| wanted.contains(n), |(_, seen)| *seen = true);
        let seen = changed.iter().filter(|(_, seen)| *seen).map(|(n, _)| *n);
        assert!(seen.eq(wanted.iter().copied()));
        assert_eq!(changed.len(), long.len());
        let pages = long.full().iter().zip(changed.full()).enumerate();
        for (page, (was, is)) in pages {
            let here = wanted.iter().any(|n| n / PAGE_ENTRIES_MAX == page);
            assert_eq!(!was.shares(is), here, "page {page} of {wanted:?}");
        }
        let last = |list: &Paged<(usize, bool)>| list.page(4).unwrap().clone();
        let here = wanted.iter().any(|n| n / PAGE_ENTRIES_MAX == 4);
        assert_eq!(!last(&changed).shares(&last(&long)), here, "{wanted:?}");
    }
    assert!(
        long.iter().all(|(_, seen)| !seen),
        "a copy keeps what it had"
    );
    let mut few: Paged<(usize, bool)> = (0..3).map(|n| (n, false)).collect();
    few.change_where(|(n, _)| *n == 1, |(_, seen)| *seen = true);
    assert!(few.iter().eq(&[(0, false), (1, true), (2, false)]));
}

#[test]
fn what_only_grows_has_full_pages_and_what_shrinks_has_few() {
    let mut list: Paged<usize> = (0..PAGE_ENTRIES_MAX * 10).collect();
    assert_eq!(pages(&list), 10);
    for entry in (0..PAGE_ENTRIES_MAX * 10).filter(|entry| entry % 8 != 0) {
        list.remove(list.place(|known| *known < entry)).unwrap();
    }
    assert!(pages(&list) <= 6, "{} pages", pages(&list));
    assert!(list.iter().all(|entry| entry % 8 == 0));
    assert_eq!(list.len(), PAGE_ENTRIES_MAX * 10 / 8);
}

proptest! {
    #[test]
    fn it_is_a_plain_list_however_it_was_changed(
        changes in prop::collection::vec((0_u8..8, any::<prop::sample::Index>(), 0_u32..300), 0..600),
    ) {
        let (mut list, mut plain): (Paged<u32>, Vec<u32>) = Default::default();
        let mut copies: Vec<(Paged<u32>, Vec<u32>)> = Vec::new();
        for (kind, index, entry) in changes {
            let place = list.place(|known| *known < entry);
            let at = plain.partition_point(|known| *known < entry);
            prop_assert_eq!(list.get(place), plain.get(at));
            prop_assert_eq!(list.before(place), at.checked_sub(1).map(|before| &plain[before]));
            prop_assert!(list.from(place).eq(plain[at..].iter()));
            prop_assert!(list.from(place).rev().eq(plain[at..].iter().rev()));
            match kind {
                0 => {
                    let gone = (at < plain.len()).then(|| plain.remove(at));
                    prop_assert_eq!(list.remove(place), gone);
                }
                1 if index.index(20) == 0 => {
                    let gone: Vec<u32> = plain.drain(..at).collect();
                    prop_assert_eq!(list.take_before(place), gone);
                }
                4 if index.index(20) == 0 => copies.push((list.clone(), plain.clone())),
                _ => {
                    list.insert(place, entry);
                    plain.insert(at, entry);
                }
            }
            prop_assert_eq!(list.len(), plain.len());
            prop_assert_eq!((list.first(), list.last()), (plain.first(), plain.last()));
        }
        prop_assert!(list.iter().eq(plain.iter()));
        for number in 0..=plain.len() {
            prop_assert_eq!(list.get(list.nth(number)), plain.get(number));
            prop_assert!(list.from(list.nth(number)).eq(plain[number..].iter()));
        }
        prop_assert_eq!(&list, &plain.iter().copied().collect(), "how it is cut does not count");
        for (copy, was) in &copies {
            prop_assert!(copy.iter().eq(was.iter()), "a copy keeps what it had");
        }
    }
}
