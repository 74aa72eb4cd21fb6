//! Writes the JavaScript of a module: `tpmproof-bindgen MODULE.wasm FOLDER`.

use std::env::args_os;
use std::path::PathBuf;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = args_os().skip(1).map(PathBuf::from).collect();
    let [module, folder] = &arguments[..] else {
        eprintln!("usage: tpmproof-bindgen MODULE.wasm FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("tpmproof").typescript(false);
    // A module that is told where its bytes are, so that one file serves Node and browsers.
    match bindgen.web(true).and_then(|bindgen| bindgen.omit_default_module_path(false).generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tpmproof-bindgen: {error:?}");
            ExitCode::FAILURE
        }
    }
}
