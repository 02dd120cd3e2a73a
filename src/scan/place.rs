//! Places in a picture: areas, points, and the way back from a version of the picture to the picture.

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Area {
    /// Pixels left of it.
    pub left: usize,
    /// Pixels above it.
    pub top: usize,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl Area {
    /// Whether two areas are about the same.
    pub fn is_near(self, other: Self) -> bool {
        self.left.abs_diff(other.left) < self.width / 4
            && self.top.abs_diff(other.top) < self.height / 4
            && self.width.abs_diff(other.width) < self.width / 3
    }
}

/// A point, in pixels from the top left.
pub type Point = (f32, f32);

/// From the places of a version back to those of the picture it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayBack {
    /// What one pixel across becomes.
    across: Point,
    /// What one pixel down becomes.
    down: Point,
    /// Where the top left was.
    origin: Point,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sides of pictures, at most a few thousand"
)]
impl WayBack {
    /// The picture itself.
    pub const HOME: Self = Self {
        across: (1.0, 0.0),
        down: (0.0, 1.0),
        origin: (0.0, 0.0),
    };

    /// The version was then reduced by this factor.
    pub fn reduced(self, factor: usize) -> Self {
        self.scaled(factor as f32)
    }

    /// The version was then enlarged by this factor.
    pub fn enlarged(self, factor: usize) -> Self {
        self.scaled(1.0 / factor as f32)
    }

    fn scaled(self, factor: f32) -> Self {
        Self {
            across: (self.across.0 * factor, self.across.1 * factor),
            down: (self.down.0 * factor, self.down.1 * factor),
            ..self
        }
    }

    /// Of the version then only this area was kept.
    pub fn cropped(self, area: Area) -> Self {
        Self {
            origin: self.place((area.left as f32, area.top as f32)),
            ..self
        }
    }

    /// The version, of these sides, was then turned about its centre into another of those sides.
    pub fn turned(self, (sine, cosine): (f32, f32), from: (usize, usize), to: (usize, usize)) -> Self {
        let half = |side: usize| side as f32 / 2.0;
        let turn = |(x, y): Point| (cosine * x + sine * y, cosine * y - sine * x);
        let corner = turn((-half(to.0), -half(to.1)));
        let direction = |unit: Point| {
            let (x, y) = turn(unit);
            (
                self.across.0 * x + self.down.0 * y,
                self.across.1 * x + self.down.1 * y,
            )
        };
        Self {
            across: direction((1.0, 0.0)),
            down: direction((0.0, 1.0)),
            origin: self.place((corner.0 + half(from.0), corner.1 + half(from.1))),
        }
    }

    /// Rows of the version were then made its columns.
    pub fn transposed(self) -> Self {
        Self {
            across: self.down,
            down: self.across,
            ..self
        }
    }

    /// The place in the picture.
    pub fn place(&self, (x, y): Point) -> Point {
        (
            self.origin.0 + self.across.0 * x + self.down.0 * y,
            self.origin.1 + self.across.1 * x + self.down.1 * y,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: Point, expected: Point) {
        let apart = (found.0 - expected.0).abs().max((found.1 - expected.1).abs());
        assert!(apart < 0.01, "{found:?} is not {expected:?}");
    }

    #[test]
    fn the_way_back_goes_through_every_step() {
        let area = Area {
            left: 30,
            top: 40,
            width: 50,
            height: 20,
        };
        let way = WayBack::HOME.reduced(2).cropped(area).enlarged(4);
        assert_near(way.place((0.0, 0.0)), (60.0, 80.0));
        assert_near(way.place((8.0, 4.0)), (64.0, 82.0));
        assert_near(way.transposed().place((8.0, 4.0)), (62.0, 84.0));
    }

    #[test]
    fn a_turn_keeps_the_centre_and_brings_corners_home() {
        let half_turn = WayBack::HOME.turned((0.0, -1.0), (50, 20), (50, 20));
        assert_near(half_turn.place((25.0, 10.0)), (25.0, 10.0));
        assert_near(half_turn.place((0.0, 0.0)), (50.0, 20.0));
        let quarter = WayBack::HOME.turned((1.0, 0.0), (50, 20), (20, 50));
        assert_near(quarter.place((10.0, 25.0)), (25.0, 10.0));
    }
}
