//! A camera or a scanner before a flat thing: where it stands, in which light, and what it makes of what it sees.

use std::f32::consts::TAU;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};

use super::random::Random;
use super::scene::Scene;

/// How a picture is taken. Lengths are in modules of the code where nothing else is said.
pub struct Shot {
    /// What is in the picture.
    pub frame: Frame,
    /// How large the code is in the picture.
    pub size: Size,
    /// How far from the middle of the picture the code may be, as a part of its sides.
    pub aside: f32,
    /// Turned in its own plane, leaning sideways and leaning away, in degrees.
    pub turned: [f32; 3],
    /// Around a bottle of that radius.
    pub bottle: Option<f32>,
    /// How far crumpled paper is from where it lay.
    pub crumple: f32,
    /// Folded through the code, so far drawn together.
    pub fold: f32,
    /// The light of the darkest corner, where the lightest has 1.
    pub light: f32,
    /// How much of the light a shadow with an edge takes away.
    pub shadow: f32,
    /// How many lamps are mirrored beside the code and on it, and how many shades each adds.
    pub lamps: (usize, f32),
    /// The pixels of a screen, in pixels of the picture.
    pub screen: Option<f32>,
    /// Out of focus by so much.
    pub blur: f32,
    /// The hand moved by so much.
    pub motion: f32,
    /// The shades of the sensor's grain.
    pub grain: f32,
    /// The shades that ink and paper come out with.
    pub tones: (f32, f32),
    /// What is done to the picture in the end.
    pub ending: Ending,
    /// The quality of the JPEG; none: PNG.
    pub jpeg: Option<u8>,
}

/// What is in the picture.
#[derive(Clone, Copy)]
pub enum Frame {
    /// The whole page, as a scanner sees it.
    Whole,
    /// So many pixels around the code, as a hand holds a camera.
    Sides(u32, u32),
}

/// How large the code is in a picture.
#[derive(Clone, Copy)]
pub enum Size {
    /// So many pixels a module.
    Module(f32),
    /// So many pixels for each of the scene.
    Times(f32),
}

/// What is done to the picture in the end.
#[derive(Clone, Copy, PartialEq)]
pub enum Ending {
    /// Nothing: colours.
    Colours,
    /// Grey.
    Grey,
    /// Black or white.
    Fax,
    /// Black for white.
    Negative,
    /// Left for right.
    Mirror,
}

impl Shot {
    /// A scan of the whole page, straight.
    pub fn scan(size: Size) -> Self {
        Self {
            frame: Frame::Whole,
            size,
            aside: 0.0,
            turned: [0.0; 3],
            bottle: None,
            crumple: 0.0,
            fold: 0.0,
            light: 1.0,
            shadow: 0.0,
            lamps: (0, 0.0),
            screen: None,
            blur: 0.0,
            motion: 0.0,
            grain: 3.0,
            tones: (15.0, 245.0),
            ending: Ending::Grey,
            jpeg: Some(85),
        }
    }

    /// A photograph by hand of what is around the code, with so many pixels a module.
    pub fn photograph(random: &mut Random, (width, height): (u32, u32), module: f32) -> Self {
        Self {
            frame: Frame::Sides(width, height),
            aside: 0.22,
            turned: [
                random.between(-20.0, 20.0),
                random.between(-12.0, 12.0),
                random.between(-12.0, 12.0),
            ],
            light: random.between(0.6, 0.95),
            blur: random.between(0.1, 0.25),
            grain: random.between(2.0, 5.0),
            tones: (random.between(15.0, 45.0), random.between(190.0, 240.0)),
            ending: Ending::Colours,
            ..Self::scan(Size::Module(module))
        }
    }

    /// Takes the picture.
    pub fn taken_of(&self, scene: &Scene, random: &mut Random) -> Taken {
        let scale = match self.size {
            Size::Module(module) => module / scene.module,
            Size::Times(times) => times,
        };
        let module = scale * scene.module;
        // Drawn smaller first where it is seen smaller: a lens takes the mean of what falls on a pixel.
        let seen = scene.scaled(scale.min(1.0));
        let view = View::of((self, module), &seen, scale.max(1.0), random);
        let mut picture = view.drawn();
        if self.blur > 0.0 {
            picture = imageops::blur(&picture, (self.blur * module).max(0.3));
        }
        if self.motion > 0.0 {
            picture = moved(&picture, self.motion * module, random.between(0.0, TAU));
        }
        for pixel in picture.pixels_mut() {
            let grain = random.grain(self.grain);
            pixel.0 = pixel
                .0
                .map(|shade| (f32::from(shade) + grain + random.grain(self.grain * 0.3)) as u8);
        }
        Taken {
            picture: self.ending.of(picture),
            jpeg: self.jpeg,
        }
    }
}

impl Scene {
    fn scaled(&self, factor: f32) -> Self {
        let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
        let picture = if factor < 1.0 {
            let (width, height) = self.picture.dimensions();
            imageops::resize(&self.picture, side(width), side(height), FilterType::Triangle)
        } else {
            self.picture.clone()
        };
        Self {
            picture,
            texts: Vec::new(),
            aim: (self.aim.0 * factor, self.aim.1 * factor),
            module: self.module * factor,
            modules: self.modules,
        }
    }
}

/// Everything that is drawn by chance for one picture, and the way from its places to those of the scene.
struct View<'shot> {
    shot: &'shot Shot,
    /// How many pixels a module of the code has.
    module: f32,
    scene: &'shot Scene,
    /// How much larger the scene is seen than it is drawn.
    scale: f32,
    sides: (u32, u32),
    /// Where the middle of what is aimed at is seen.
    middle: (f32, f32),
    aim: (f32, f32),
    /// The two axes of the plane, as the camera sees them.
    axes: [[f32; 3]; 2],
    phase: f32,
    light_from: f32,
    shadow_edge: (f32, f32, f32),
    fold_line: (f32, f32),
    lamps: Vec<(f32, f32, f32)>,
    desk: [f32; 3],
}

impl<'shot> View<'shot> {
    fn of((shot, module): (&'shot Shot, f32), scene: &'shot Scene, scale: f32, random: &mut Random) -> Self {
        let axes = axes(shot.turned);
        let (width, height) = scene.picture.dimensions();
        let (width, height) = (width as f32 * scale, height as f32 * scale);
        let (sides, aim) = match shot.frame {
            Frame::Sides(width, height) => ((width, height), scene.aim),
            Frame::Whole => {
                let along = |axis: usize| width * axes[0][axis].abs() + height * axes[1][axis].abs();
                let aim = (width / 2.0 / scale, height / 2.0 / scale);
                ((along(0).ceil() as u32, along(1).ceil() as u32), aim)
            }
        };
        let mut aside = |side: u32| side as f32 * (0.5 + shot.aside * random.between(-1.0, 1.0));
        let middle = (aside(sides.0), aside(sides.1));
        let code = scene.modules * module;
        let lamps = (0..shot.lamps.0).map(|_| {
            let (angle, far) = (random.between(0.0, TAU), random.between(0.15, 0.9) * code);
            (
                far * angle.cos(),
                far * angle.sin(),
                code * random.between(0.08, 0.28),
            )
        });
        let lamps = lamps.collect();
        let wood = random.between(50.0, 150.0);
        Self {
            shot,
            module,
            scene,
            scale,
            sides,
            middle,
            aim,
            axes,
            phase: random.between(0.0, 1000.0),
            light_from: random.between(0.0, TAU),
            shadow_edge: (
                random.between(0.0, TAU),
                random.between(-0.4, 0.4) * code,
                random.between(2.0, 40.0),
            ),
            fold_line: (random.between(0.0, TAU), random.between(-0.3, 0.3) * code),
            lamps,
            desk: [wood * 1.1, wood, wood * 0.85],
        }
    }

    fn drawn(&self) -> RgbImage {
        RgbImage::from_fn(self.sides.0, self.sides.1, |x, y| {
            let from_middle = (x as f32 + 0.5 - self.middle.0, y as f32 + 0.5 - self.middle.1);
            Rgb(self
                .light_at(from_middle)
                .map(|light| light.clamp(0.0, 255.0) as u8))
        })
    }

    /// What a pixel sees, so far from where the code is seen.
    fn light_at(&self, (x, y): (f32, f32)) -> [f32; 3] {
        let shot = self.shot;
        let (mut across, mut down) = self.on_plane((x, y));
        let mut light = self.lit((x, y));
        if let Some(radius) = shot.bottle {
            let far = across / (radius * self.module);
            if far.abs() >= 0.98 {
                return self.desk;
            }
            across = far.asin() * radius * self.module;
            light *= (1.0 - far * far).sqrt().max(0.25);
        }
        if shot.crumple > 0.0 {
            let reach = shot.crumple * self.module;
            let cell = 22.0 * self.module;
            let (dx, dy) = (
                waves(across + self.phase, down, cell),
                waves(down, across + self.phase, cell * 0.7),
            );
            light *= 1.0 - 0.22 * dx.abs();
            across += reach * dx;
            down += reach * dy;
        }
        let mut toner_left = 1.0;
        if shot.fold > 0.0 {
            let (angle, offset) = self.fold_line;
            let far = (across * angle.cos() + down * angle.sin() - offset) / self.module;
            let drawn_together = shot.fold * self.module * far.signum() * (-far.abs() / 6.0).exp();
            across += drawn_together * angle.cos();
            down += drawn_together * angle.sin();
            light *= 1.0
                - if far > 0.0 {
                    0.35 * (-far / 18.0).exp()
                } else {
                    0.0
                };
            toner_left = 1.0 - (-(far * 1.6).powi(2)).exp();
        }
        let Some(seen) = self.sampled((across / self.scale + self.aim.0, down / self.scale + self.aim.1))
        else {
            return self
                .desk
                .map(|shade| shade * light * (0.9 + 0.1 * waves(x, y, 30.0)));
        };
        let (black, white) = shot.tones;
        let mirrored: f32 = self
            .lamps
            .iter()
            .map(|(left, top, radius)| {
                let far = (x - left).hypot(y - top) / radius;
                shot.lamps.1 * (-far * far).exp()
            })
            .sum();
        let mut channel = 0.0;
        seen.map(|shade| {
            channel += 1.0;
            let shade = 255.0 - (255.0 - shade) * toner_left;
            (black + shade * (white - black) / 255.0) * light * self.screened((x, y), channel) + mirrored
        })
    }

    /// Where on the plane of the scene a pixel looks: the ray through it, cut with the plane.
    fn on_plane(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let far = 1.2 * self.sides.0.max(self.sides.1) as f32;
        let [across, down] = self.axes;
        let normal = [
            across[1] * down[2] - across[2] * down[1],
            across[2] * down[0] - across[0] * down[2],
            across[0] * down[1] - across[1] * down[0],
        ];
        let ray = [x, y, far];
        let dot = |one: [f32; 3], other: [f32; 3]| one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
        let along = dot(normal, [0.0, 0.0, far]) / dot(normal, ray);
        let there = [ray[0] * along, ray[1] * along, ray[2] * along - far];
        (dot(there, across), dot(there, down))
    }

    fn lit(&self, (x, y): (f32, f32)) -> f32 {
        let shot = self.shot;
        let reach = self.sides.0.max(self.sides.1) as f32;
        let along = (x * self.light_from.cos() + y * self.light_from.sin()) / reach + 0.5;
        let gradient = shot.light + (1.0 - shot.light) * along.clamp(0.0, 1.0);
        let (angle, offset, soft) = self.shadow_edge;
        let far = (x * angle.cos() + y * angle.sin() - offset) / soft;
        gradient * (1.0 - shot.shadow / (1.0 + (-far).exp()))
    }

    /// The stripes of a screen's colours and the dark between its rows.
    fn screened(&self, (x, y): (f32, f32), channel: f32) -> f32 {
        let Some(pixel) = self.shot.screen else { return 1.0 };
        let (across, down) = self.on_plane((x, y));
        let stripe = (across / pixel + channel / 3.0).rem_euclid(1.0);
        let row = (down / pixel).rem_euclid(1.0);
        (if stripe < 0.4 { 1.25 } else { 0.75 }) * if row < 0.25 { 0.6 } else { 1.0 }
    }

    /// Between four pixels of the scene; none beyond its edge.
    fn sampled(&self, (x, y): (f32, f32)) -> Option<[f32; 3]> {
        let (x, y) = (x - 0.5, y - 0.5);
        let (width, height) = self.scene.picture.dimensions();
        if x < 0.0 || y < 0.0 || x + 1.0 >= width as f32 || y + 1.0 >= height as f32 {
            return None;
        }
        let (left, top) = (x as u32, y as u32);
        let (across, down) = (x - left as f32, y - top as f32);
        let at = |dx: u32, dy: u32| self.scene.picture.get_pixel(left + dx, top + dy).0;
        let (one, two, three, four) = (at(0, 0), at(1, 0), at(0, 1), at(1, 1));
        Some([0, 1, 2].map(|channel| {
            let between =
                |one: u8, other: u8, part: f32| f32::from(one) * (1.0 - part) + f32::from(other) * part;
            let upper = between(one[channel], two[channel], across);
            let lower = between(three[channel], four[channel], across);
            upper * (1.0 - down) + lower * down
        }))
    }
}

/// The two axes of a plane turned in itself, leaning sideways and leaning away.
fn axes(degrees: [f32; 3]) -> [[f32; 3]; 2] {
    let [
        (turn_sine, turn_cosine),
        (side_sine, side_cosine),
        (away_sine, away_cosine),
    ] = degrees.map(|angle| angle.to_radians().sin_cos());
    // Around the upright axis, then around the level one, then in the plane of the picture.
    let leaning = |[x, y, z]: [f32; 3]| {
        let (x, z) = (x * side_cosine + z * side_sine, z * side_cosine - x * side_sine);
        let (y, z) = (y * away_cosine - z * away_sine, y * away_sine + z * away_cosine);
        [
            x * turn_cosine - y * turn_sine,
            x * turn_sine + y * turn_cosine,
            z,
        ]
    };
    [leaning([1.0, 0.0, 0.0]), leaning([0.0, 1.0, 0.0])]
}

/// Waves without a period, from -1 to 1.
fn waves(x: f32, y: f32, cell: f32) -> f32 {
    let (x, y) = (x / cell, y / cell);
    ((1.3 * x + 0.4 * y).sin() + (0.7 * x - 1.1 * y + 1.0).sin() + (0.3 * x + 1.7 * y + 2.0).sin()) / 3.0
}

/// Each pixel the mean of those the hand passed over.
fn moved(picture: &RgbImage, pixels: f32, angle: f32) -> RgbImage {
    let steps = (pixels.ceil() as i32).max(2);
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let mut sums = [0_u32; 3];
        for step in 0..steps {
            let far = pixels * (step as f32 / (steps - 1) as f32 - 0.5);
            let place =
                |at: u32, by: f32, side: u32| (at as f32 + by).round().clamp(0.0, side as f32 - 1.0) as u32;
            let seen = picture.get_pixel(
                place(x, far * angle.cos(), width),
                place(y, far * angle.sin(), height),
            );
            for (sum, shade) in sums.iter_mut().zip(seen.0) {
                *sum += u32::from(shade);
            }
        }
        Rgb(sums.map(|sum| (sum / steps as u32) as u8))
    })
}

impl Ending {
    fn of(self, picture: RgbImage) -> DynamicImage {
        if self == Self::Colours {
            return DynamicImage::ImageRgb8(picture);
        }
        let mut grey: GrayImage = imageops::grayscale(&picture);
        match self {
            Self::Fax => grey
                .pixels_mut()
                .for_each(|pixel| *pixel = Luma([if pixel.0[0] < 130 { 0 } else { 255 }])),
            Self::Negative => imageops::invert(&mut grey),
            Self::Mirror => imageops::flip_horizontal_in_place(&mut grey),
            Self::Grey | Self::Colours => (),
        }
        DynamicImage::ImageLuma8(grey)
    }
}

/// A picture, as it will be a file.
pub struct Taken {
    picture: DynamicImage,
    jpeg: Option<u8>,
}

impl Taken {
    /// How its name ends.
    pub fn extension(&self) -> &'static str {
        if self.jpeg.is_some() { "jpg" } else { "png" }
    }

    /// What the file holds.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        match self.jpeg {
            Some(quality) => self
                .picture
                .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)),
            None => self.picture.write_to(&mut bytes, ImageFormat::Png),
        }
        .expect("a picture in memory can be written");
        bytes.into_inner()
    }
}
