//! Keys, signatures, encryption and receipts (JOSE: RFC 7515, 7516, 7517, 7518, 7638).
