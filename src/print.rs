//! What is written on paper: PDF pages in Helvetica, and the immediate edition of the register.

pub(crate) mod page;
pub mod register_edition;
pub(crate) mod typeface;

use pdf_writer::{Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::safe::safe;
use page::{Page, Style};
use typeface::{Typeface, wrapped};

/// How many lines one text from outside may take: what holds it then always fits a page.
const TEXT_LINES_MAX: usize = 10;

/// The side of a sheet of paper that is up, in points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paper {
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// A PDF of those pages. The same pages always give the same bytes.
pub(crate) fn pdf(title: &str, paper: Paper, pages: Vec<Page>) -> Vec<u8> {
    let (catalog, tree, information) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let fonts = [(Typeface::Regular, Ref::new(4)), (Typeface::Bold, Ref::new(5))];
    let page_and_content: Vec<(Ref, Ref)> = (0..)
        .map(|place| (Ref::new(6 + 2 * place), Ref::new(7 + 2 * place)))
        .take(pages.len())
        .collect();

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr("fr-FR"));
    pdf.document_info(information)
        .title(TextStr(title))
        .creator(TextStr("comptoir"));
    pdf.pages(tree)
        .kids(page_and_content.iter().map(|(page, _)| *page))
        .count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    for (typeface, font) in fonts {
        pdf.type1_font(font)
            .base_font(Name(typeface.name()))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for ((page, content), drawn) in page_and_content.into_iter().zip(pages) {
        let mut writer = pdf.page(page);
        writer
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, paper.width, paper.height))
            .contents(content);
        let mut resources = writer.resources();
        let mut dictionary = resources.fonts();
        for (typeface, font) in fonts {
            dictionary.pair(Name(typeface.key()), font);
        }
        dictionary.finish();
        resources.finish();
        writer.finish();
        pdf.stream(content, &drawn.finish());
    }
    pdf.finish()
}

/// Text from outside, made harmless and broken into lines; its own line ends are kept.
///
/// A text of more than [`TEXT_LINES_MAX`] lines is cut, and shows that it is.
pub(crate) fn outside(style: Style, text: &str, length: f32) -> Vec<(Style, String)> {
    let mut lines: Vec<(Style, String)> = text
        .lines()
        .flat_map(|line| wrapped(&safe(line.trim()), style.typeface, style.size, length))
        .filter(|line| !line.is_empty())
        .map(|line| (style, line))
        .take(TEXT_LINES_MAX + 1)
        .collect();
    if lines.len() > TEXT_LINES_MAX {
        lines.truncate(TEXT_LINES_MAX - 1);
        lines.push((style, "…".to_owned()));
    }
    lines
}
