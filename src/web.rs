//! The browser boundary: the only file that knows `wasm_bindgen`, `web_sys` and `js_sys`.
