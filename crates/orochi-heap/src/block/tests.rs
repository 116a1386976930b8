//! Free runs against a plain list of which blocks are free.

use super::*;

const BLOCKS: u32 = 200;

fn check(runs: &Runs, free: &[bool]) {
    let mut from_runs = vec![false; free.len()];
    let mut end_before = None;
    for (&start, &length) in &runs.by_start {
        assert!(end_before != Some(start), "neighbours are joined");
        assert!(runs.by_length.contains(&(length, start)));
        from_runs[start as usize..(start + length) as usize].fill(true);
        end_before = Some(start + length);
    }
    assert_eq!(from_runs, free);
    assert_eq!(runs.by_start.len(), runs.by_length.len());
    assert_eq!(runs.blocks, free.iter().filter(|&&free| free).count());
}

#[test]
fn runs_join_split_and_fit() {
    let mut runs = Runs::default();
    let mut free = vec![false; BLOCKS as usize];
    let mut taken: Vec<(u32, u32)> = (0..BLOCKS / 10).map(|n| (n * 10, 10)).collect();
    let mut random = 12345u64;
    for _ in 0..3000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let choice = (random >> 33) as usize;
        if choice.is_multiple_of(2) && !taken.is_empty() {
            let (start, length) = taken.swap_remove(choice / 2 % taken.len());
            runs.insert(start, length);
            free[start as usize..(start + length) as usize].fill(true);
        } else {
            let count = 1 + (choice / 2 % 12) as u32;
            let longest = runs.by_length.last().map_or(0, |&(length, _)| length);
            let got = if choice.is_multiple_of(3) {
                runs.take_highest(count)
            } else {
                let start = runs.take(count);
                assert_eq!(start.is_some(), longest >= count);
                start.map(|start| (start, count))
            };
            if let Some((start, length)) = got {
                assert!(length <= count);
                let part = &mut free[start as usize..(start + length) as usize];
                assert!(part.iter().all(|&free| free));
                part.fill(false);
                taken.push((start, length));
            }
        }
        check(&runs, &free);
    }
}

#[test]
fn a_pool_counts_what_it_hands_out() {
    let space = Space::reserve().expect("addresses");
    let mut pool = Pool::new(space, 10 * BLOCK, 1);
    let whole = |pool: &mut Pool| match pool.take_block(true, 0) {
        Ok(Taken::Whole(block)) => Some(block),
        _ => None,
    };
    let first: Vec<u32> = (0..4).filter_map(|_| whole(&mut pool)).collect();
    assert_eq!(first, [0, 1, 2, 3]);
    let large = pool.take_large(5 * BLOCK + 1).expect("room");
    assert_eq!(space.state(large), State::LargeHead(6));
    assert_eq!(space.state(large + 5), State::LargeTail(5));
    assert_eq!(pool.committed(), 9 * BLOCK + PAGE);
    assert!(whole(&mut pool).is_none() && pool.take_large(BLOCK).is_err());
    // Lines between survivors need no room in the limit.
    pool.add_partial(1, 200, 0);
    pool.add_partial(2, 1, 0);
    for expected in [1, 2] {
        assert!(
            matches!(pool.take_block(false, 0), Ok(Taken::Partial(block)) if block == expected)
        );
    }
    assert!(pool.take_block(false, 0).is_err());
    pool.free_large(large, 6, 5 * BLOCK + 1);
    for block in [2, 3, 0, 1] {
        pool.free_block(block, 0);
    }
    assert_eq!(pool.committed(), 0);
    // The block freed last is taken first; all ten make one run.
    assert_eq!(whole(&mut pool), Some(1));
    pool.free_block(1, 0);
    assert_eq!(pool.take_large(10 * BLOCK), Ok(0));
    pool.free_large(0, 10, 10 * BLOCK);
    // Back to the system, and into use again.
    pool.declare_surplus(2 * BLOCK);
    assert_eq!(pool.take_dirty(3, false), Some((7, 3)));
    pool.add_clean(7, 3);
    assert_eq!(pool.take_dirty(3, false), Some((6, 1)));
    assert_eq!(pool.take_dirty(3, false), None);
    assert_eq!(pool.take_dirty(100, true), Some((0, 6)));
    pool.add_clean(6, 1);
    pool.add_clean(0, 6);
    assert_eq!(pool.take_large(10 * BLOCK), Ok(0));
}

#[test]
fn blocks_come_back_to_the_core_that_used_them() {
    let space = Space::reserve().expect("addresses");
    let mut pool = Pool::new(space, 100 * BLOCK, 2);
    let whole = |pool: &mut Pool, home| match pool.take_block(true, home) {
        Ok(Taken::Whole(block)) => block,
        _ => panic!("a block"),
    };
    let first: Vec<_> = (0..4).map(|_| whole(&mut pool, 0)).collect();
    let second: Vec<_> = (0..3).map(|_| whole(&mut pool, 1)).collect();
    first.iter().for_each(|&block| pool.free_block(block, 0));
    second.iter().for_each(|&block| pool.free_block(block, 1));
    // Its own, the last used first; then what has lain longest with the other.
    let taken: Vec<_> = (0..5).map(|_| whole(&mut pool, 1)).collect();
    assert_eq!(taken, [second[2], second[1], second[0], first[0], first[1]]);
    assert_eq!([whole(&mut pool, 0), whole(&mut pool, 0)], [first[3], first[2]]);
}
