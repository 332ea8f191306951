//! Where each parameter of the network stands in one flat vector.

/// Turning points in and out.
pub const N_FEATURES: usize = 21;
/// Conditions: SOC and SOH.
pub const N_CONDITIONS: usize = 2;
/// Width of every hidden layer and of the attention.
pub const WIDTH: usize = 64;
/// Latent dimensions.
pub const N_LATENT: usize = 2;

/// A dense layer: weights (outputs, inputs) row-major from `weights`, then biases.
#[derive(Debug, Clone, Copy)]
pub struct Dense {
    /// Start of the weights.
    pub weights: usize,
    /// Start of the biases.
    pub biases: usize,
    /// Inputs.
    pub n_in: usize,
    /// Outputs.
    pub n_out: usize,
}

/// Starts of the parameters of one attention.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// w_q.
    pub query: usize,
    /// b_q.
    pub query_bias: usize,
    /// w_k.
    pub key: usize,
    /// w_v.
    pub value: usize,
    /// b_v.
    pub value_bias: usize,
    /// w_o.
    pub out: usize,
    /// b_o, one number.
    pub out_bias: usize,
}

const fn dense(start: usize, n_in: usize, n_out: usize) -> Dense {
    Dense {
        weights: start,
        biases: start + n_in * n_out,
        n_in,
        n_out,
    }
}

const fn end_of(layer: Dense) -> usize {
    layer.biases + layer.n_out
}

const fn heads(start: usize) -> Heads {
    Heads {
        query: start,
        query_bias: start + WIDTH,
        key: start + 2 * WIDTH,
        value: start + 3 * WIDTH,
        value_bias: start + 4 * WIDTH,
        out: start + 5 * WIDTH,
        out_bias: start + 6 * WIDTH,
    }
}

/// [SOC, SOH] → condition embedding, shared by encoder and decoder (eq. 3).
pub const CONDITION: Dense = dense(0, N_CONDITIONS, WIDTH);
/// U → hidden (eq. 4).
pub const ENCODE: Dense = dense(end_of(CONDITION), N_FEATURES, WIDTH);
/// Attention of the encoder (eq. 5-7).
pub const ENCODE_HEADS: Heads = heads(end_of(ENCODE));
/// → latent mean.
pub const MEAN: Dense = dense(ENCODE_HEADS.out_bias + 1, WIDTH, N_LATENT);
/// → latent log-variance.
pub const LOG_VARIANCE: Dense = dense(end_of(MEAN), WIDTH, N_LATENT);
/// z → hidden (eq. 11).
pub const DECODE: Dense = dense(end_of(LOG_VARIANCE), N_LATENT, WIDTH);
/// Attention of the decoder (eq. 12-14).
pub const DECODE_HEADS: Heads = heads(end_of(DECODE));
/// → U, through a sigmoid (eq. 15).
pub const OUTPUT: Dense = dense(DECODE_HEADS.out_bias + 1, WIDTH, N_FEATURES);
/// Number of parameters.
pub const N_PARAMETERS: usize = end_of(OUTPUT);

/// The dense layers in order.
pub const LAYERS: [Dense; 6] = [CONDITION, ENCODE, MEAN, LOG_VARIANCE, DECODE, OUTPUT];
