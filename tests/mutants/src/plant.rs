//! Writes the changes of one file into it, each behind its number. Only insertions: what stood there stands there still, in the branch that is
//! taken when no number is named.

use super::Failure;
use super::list::{Mutant, Place};
use proc_macro2::LineColumn;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The file with the changes, and which bytes of it are whose.
pub struct Planted {
    pub text: String,
    pub ranges: Vec<(Range<usize>, usize)>,
    /// Changes that found a place.
    pub standing: Vec<usize>,
    /// Changes that cannot compile anywhere.
    pub senseless: Vec<usize>,
}

/// One insertion. At one place what closes comes first, innermost first; then what opens, outermost first.
struct Insertion {
    at: usize,
    opens: bool,
    order: usize,
    text: String,
    mutant: Option<usize>,
}

struct Planter<'m> {
    source: &'m str,
    lines: Vec<usize>,
    /// By genre and by where they begin.
    mutants: BTreeMap<(&'m str, usize), Vec<(usize, &'m Mutant)>>,
    insertions: Vec<Insertion>,
    standing: Vec<usize>,
    senseless: Vec<usize>,
    order: usize,
    /// Within what the compiler evaluates.
    constant: usize,
    /// Functions that the compiler evaluates. Others that it could are made plain ones, in which changes can stand.
    evaluated: &'m BTreeSet<String>,
}

pub fn plant(source: &str, mutants: &[(usize, &Mutant)], evaluated: &BTreeSet<String>) -> Result<Planted, Failure> {
    let lines = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut planter = Planter {
        source,
        lines,
        mutants: BTreeMap::new(),
        insertions: vec![],
        standing: vec![],
        senseless: vec![],
        order: 0,
        constant: 0,
        evaluated,
    };
    for (number, mutant) in mutants {
        let Place { line, column } = mutant.span.start;
        let at = planter.offset(LineColumn { line, column: column - 1 });
        planter.mutants.entry((&mutant.genre, at)).or_default().push((*number, mutant));
    }
    planter.visit_file(&syn::parse_file(source)?);
    let Planter { mut insertions, standing, senseless, .. } = planter;
    insertions.sort_by_key(|one| (one.at, one.opens, if one.opens { one.order } else { usize::MAX - one.order }));
    let (mut text, mut ranges, mut done) = (String::new(), vec![], 0);
    for one in insertions {
        text += &source[done..one.at];
        done = one.at;
        let start = text.len();
        text += &one.text;
        if let Some(mutant) = one.mutant {
            ranges.push((start..text.len(), mutant));
        }
    }
    text += &source[done..];
    Ok(Planted { text, ranges, standing, senseless })
}

impl<'m> Planter<'m> {
    fn offset(&self, place: LineColumn) -> usize {
        let start = self.lines[place.line - 1];
        self.source[start..].char_indices().nth(place.column).map_or(self.source.len(), |(at, _)| start + at)
    }

    fn range(&self, what: &impl Spanned) -> Range<usize> {
        let span = what.span();
        self.offset(span.start())..self.offset(span.end())
    }

    fn text(&self, what: &impl Spanned) -> &'m str {
        &self.source[self.range(what)]
    }

    /// The changes of a kind that begin there, unless the compiler evaluates the place.
    fn take(&mut self, genre: &'m str, at: usize) -> Vec<(usize, &'m Mutant)> {
        if self.constant > 0 {
            return vec![];
        }
        let found = self.mutants.remove(&(genre, at)).unwrap_or_default();
        self.standing.extend(found.iter().map(|(number, _)| *number));
        found
    }

    fn insert(&mut self, at: usize, opens: bool, text: String, mutant: Option<usize>) {
        self.order += 1;
        self.insertions.push(Insertion { at, opens, order: self.order, text, mutant });
    }

    /// An expression, or instead of it another by the number of a change.
    fn wrap(&mut self, range: Range<usize>, others: Vec<(usize, String)>) {
        if others.is_empty() {
            return;
        }
        self.insert(range.start, true, "(".to_owned(), None);
        for (number, other) in others {
            self.insert(range.start, true, format!("if crate::mutant::on({number}) {{ {other} }} else "), Some(number));
        }
        self.insert(range.start, true, "{ ".to_owned(), None);
        self.insert(range.end, false, " })".to_owned(), None);
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block, inner: impl FnOnce(&mut Self)) {
        let keyword = signature.constness.as_ref();
        let constant = usize::from(keyword.is_some() && self.evaluated.contains(&signature.ident.to_string()));
        self.constant += constant;
        if let (Some(keyword), 0) = (keyword, constant) {
            let range = self.range(keyword);
            self.insert(range.start, true, "/* ".to_owned(), None);
            self.insert(range.end, false, " */".to_owned(), None);
        }
        if let Some(first) = block.stmts.first() {
            let start = self.range(first).start;
            let open = self.range(&block.brace_token.span.open()).end;
            let close = self.range(&block.brace_token.span.close()).start;
            let opaque =
                matches!(&signature.output, syn::ReturnType::Type(_, of) if matches!(**of, syn::Type::ImplTrait(_)));
            for (number, mutant) in self.take("FnValue", start) {
                let other = &mutant.replacement;
                if opaque {
                    // Another iterator is of another type: one of two is of a third.
                    let text = format!(
                        " if crate::mutant::on({number}) {{ crate::mutant::Either::This({other}) }} else {{ crate::mutant::Either::That({{ "
                    );
                    self.insert(open, true, text, Some(number));
                    self.insert(close, false, " }) } ".to_owned(), None);
                } else {
                    self.insert(
                        open,
                        true,
                        format!(" if crate::mutant::on({number}) {{ return {other}; }} "),
                        Some(number),
                    );
                }
            }
        }
        inner(self);
        self.constant -= constant;
    }
}

/// A chain of `let` knows no operator but `&&`.
fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Planter<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |planter| visit::visit_item_fn(planter, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |planter| visit::visit_impl_item_fn(planter, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(block) => self.function(&item.sig, block, |planter| visit::visit_trait_item_fn(planter, item)),
            None => visit::visit_trait_item_fn(self, item),
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant += 1;
        visit::visit_item_const(self, item);
        self.constant -= 1;
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant += 1;
        visit::visit_item_static(self, item);
        self.constant -= 1;
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant += 1;
        visit::visit_impl_item_const(self, item);
        self.constant -= 1;
    }

    fn visit_type_array(&mut self, item: &'ast syn::TypeArray) {
        self.constant += 1;
        visit::visit_type_array(self, item);
        self.constant -= 1;
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if !has_let(&binary.left) && !has_let(&binary.right) {
            let at = self.range(&binary.op).start;
            let (left, right) = (self.text(&binary.left), self.text(&binary.right));
            let others = self.take("BinaryOperator", at).into_iter().map(|(number, mutant)| {
                let assigns =
                    mutant.replacement.ends_with('=') && !["==", "!=", "<=", ">="].contains(&&*mutant.replacement);
                (
                    number,
                    if assigns {
                        format!("{left} {} {right}", mutant.replacement)
                    } else {
                        format!("({left}) {} ({right})", mutant.replacement)
                    },
                )
            });
            let others = others.collect();
            self.wrap(self.range(binary), others);
        } else {
            let at = self.range(&binary.op).start;
            let taken = self.take("BinaryOperator", at);
            let count = self.standing.len() - taken.len();
            let senseless = self.standing.split_off(count);
            self.senseless.extend(senseless);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let operand = self.text(&unary.expr);
        let others = self.take("UnaryOperator", self.range(&unary.op).start).into_iter();
        let others = others.map(|(number, mutant)| (number, format!("{} {operand}", mutant.replacement))).collect();
        self.wrap(self.range(unary), others);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted = self.take("MatchArm", self.range(arm).start);
        let conditions: String =
            deleted.iter().map(|(number, _)| format!("!crate::mutant::on({number}) && ")).collect();
        let guard = match &arm.pat {
            syn::Pat::Guard(guarded) => Some(&*guarded.guard),
            _ => None,
        };
        match guard {
            Some(guard) if !has_let(guard) => {
                let range = self.range(guard);
                self.insert(range.start, true, format!("{conditions}("), None);
                let others = self.take("MatchArmGuard", range.start).into_iter();
                let others = others.map(|(number, mutant)| (number, mutant.replacement.clone())).collect();
                self.wrap(range.clone(), others);
                self.order += 1;
                self.insertions.push(Insertion {
                    at: range.end,
                    opens: false,
                    order: 0,
                    text: ")".to_owned(),
                    mutant: None,
                });
            }
            Some(_) => self.standing.retain(|number| !deleted.iter().any(|(one, _)| one == number)),
            None if !deleted.is_empty() => {
                self.insert(
                    self.range(&arm.pat).end,
                    false,
                    format!(" if {conditions}true"),
                    deleted.first().map(|(number, _)| *number),
                );
            }
            None => {}
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, item: &'ast syn::ExprStruct) {
        if let Some(rest) = &item.rest {
            let (rest, path) = (self.text(&**rest), self.text(&item.path));
            for field in &item.fields {
                let name = self.text(&field.member);
                for (number, _) in self.take("StructField", self.range(field).start) {
                    let other =
                        format!("if crate::mutant::on({number}) {{ let base: {path} = {rest}; base.{name} }} else {{ ");
                    if field.colon_token.is_some() {
                        self.insert(self.range(&field.expr).start, true, other, Some(number));
                        self.insert(self.range(&field.expr).end, false, " }".to_owned(), None);
                    } else {
                        self.insert(self.range(field).end, false, format!(": {other}{name} }}"), Some(number));
                    }
                }
            }
        }
        visit::visit_expr_struct(self, item);
    }
}
