//! 6G-Bench figures of 19 GGUF builds under Ollama on an NVIDIA L40S.
//!
//! Source: github.com/maferrag/6G-Bench, folder Agentic6G/results, commit
//! 73630f5fdf80d41d837d63a63ed210788f74240c, MIT. See README.md here.

use super::figures::{Counts, GgufBuild, SingleQuery};

pub(super) const GGUF_BUILDS: [GgufBuild; 19] = [
    GgufBuild {
        model: "deepseek-r1:1.5b-qwen-distill-q4_K_M",
        counts: Counts {
            correct: [
                46, 51, 77, 53, 68, 31, 39, 54, 38, 56, 58, 41, 43, 57, 67, 56, 71, 85, 53, 37, 48,
                54, 41, 59, 41, 34, 45, 28, 75, 65,
            ],
            pass_3: [83, 65, 75, 100, 77, 83, 110],
            pass_5: [95, 85, 84, 112, 91, 94, 130],
        },
        queries: &[
            SingleQuery {
                latency_ms: 6374.322901,
                load_ms: 4766.978074,
                peak_gib: 5.3603515625,
                output_tokens: 7,
            },
            SingleQuery {
                latency_ms: 6589.906354,
                load_ms: 4961.93995,
                peak_gib: 5.3642578125,
                output_tokens: 7,
            },
        ],
    },
    GgufBuild {
        model: "deepseek-r1:1.5b",
        counts: Counts {
            correct: [
                46, 51, 77, 53, 68, 31, 39, 54, 38, 56, 58, 41, 43, 57, 67, 56, 71, 85, 53, 37, 48,
                54, 41, 59, 41, 34, 45, 28, 75, 65,
            ],
            pass_3: [83, 65, 75, 100, 77, 83, 110],
            pass_5: [95, 85, 84, 112, 91, 94, 130],
        },
        queries: &[SingleQuery {
            latency_ms: 6301.983858,
            load_ms: 4675.664,
            peak_gib: 5.3603515625,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "gemma3:4b-it-q4_K_M",
        counts: Counts {
            correct: [
                90, 81, 94, 65, 66, 63, 72, 90, 65, 70, 103, 60, 79, 65, 93, 103, 105, 103, 86, 56,
                82, 78, 63, 93, 63, 86, 46, 66, 99, 100,
            ],
            pass_3: [81, 65, 62, 86, 56, 87, 100],
            pass_5: [81, 65, 61, 86, 57, 86, 100],
        },
        queries: &[SingleQuery {
            latency_ms: 8639.90401,
            load_ms: 8254.855891,
            peak_gib: 6.8603515625,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "gemma3:4b-it-q8_0",
        counts: Counts {
            correct: [
                87, 83, 95, 63, 72, 64, 74, 87, 64, 75, 103, 68, 81, 70, 97, 89, 114, 102, 90, 64,
                81, 84, 63, 95, 64, 88, 56, 66, 98, 98,
            ],
            pass_3: [83, 64, 68, 92, 65, 88, 101],
            pass_5: [83, 64, 68, 92, 64, 88, 101],
        },
        queries: &[SingleQuery {
            latency_ms: 9168.131261,
            load_ms: 8763.942792,
            peak_gib: 8.3896484375,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "gemma3:4b",
        counts: Counts {
            correct: [
                90, 81, 94, 65, 66, 63, 72, 90, 65, 70, 103, 60, 79, 65, 93, 103, 105, 103, 86, 56,
                82, 78, 63, 93, 63, 86, 46, 66, 99, 100,
            ],
            pass_3: [81, 65, 62, 86, 56, 87, 100],
            pass_5: [81, 65, 61, 86, 57, 86, 100],
        },
        queries: &[SingleQuery {
            latency_ms: 564.140562,
            load_ms: 183.793923,
            peak_gib: 6.8603515625,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "granite4:1b-h-q8_0",
        counts: Counts {
            correct: [
                70, 59, 90, 53, 76, 53, 62, 58, 63, 52, 88, 56, 71, 54, 75, 80, 77, 84, 92, 48, 79,
                77, 57, 76, 59, 76, 48, 45, 77, 69,
            ],
            pass_3: [76, 76, 69, 103, 71, 93, 87],
            pass_5: [92, 88, 80, 112, 80, 103, 105],
        },
        queries: &[SingleQuery {
            latency_ms: 4957.170233,
            load_ms: 4714.744357,
            peak_gib: 4.8251953125,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "granite4:1b",
        counts: Counts {
            correct: [
                36, 42, 69, 57, 71, 49, 34, 65, 32, 42, 60, 54, 75, 51, 91, 47, 84, 91, 64, 55, 52,
                51, 52, 80, 44, 52, 46, 18, 71, 76,
            ],
            pass_3: [71, 55, 70, 86, 76, 77, 94],
            pass_5: [70, 59, 77, 104, 85, 85, 105],
        },
        queries: &[SingleQuery {
            latency_ms: 5412.055966,
            load_ms: 5222.414131,
            peak_gib: 14.0244140625,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "granite4:350m-h-q8_0",
        counts: Counts {
            correct: [
                37, 32, 43, 15, 29, 30, 54, 36, 34, 52, 33, 18, 53, 31, 44, 46, 59, 66, 35, 44, 46,
                41, 43, 41, 29, 26, 35, 14, 49, 69,
            ],
            pass_3: [61, 56, 61, 77, 53, 65, 103],
            pass_5: [83, 74, 73, 92, 83, 81, 110],
        },
        queries: &[SingleQuery {
            latency_ms: 4862.729503,
            load_ms: 4692.003372,
            peak_gib: 2.6396484375,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "granite4:350m",
        counts: Counts {
            correct: [
                44, 40, 53, 30, 46, 27, 61, 47, 32, 62, 51, 36, 34, 24, 51, 60, 58, 41, 46, 19, 39,
                54, 23, 58, 25, 64, 30, 41, 45, 48,
            ],
            pass_3: [61, 48, 62, 78, 51, 83, 67],
            pass_5: [76, 63, 78, 86, 51, 104, 83],
        },
        queries: &[SingleQuery {
            latency_ms: 4847.708945,
            load_ms: 4711.831121,
            peak_gib: 2.3115234375,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "lfm2:24b-q4_K_M",
        counts: Counts {
            correct: [
                95, 94, 105, 65, 84, 78, 78, 97, 70, 96, 113, 82, 98, 79, 110, 112, 129, 123, 107,
                74, 90, 105, 74, 119, 89, 94, 78, 75, 113, 121,
            ],
            pass_3: [96, 77, 86, 112, 78, 103, 124],
            pass_5: [98, 80, 88, 112, 77, 104, 125],
        },
        queries: &[
            SingleQuery {
                latency_ms: 8129.857164,
                load_ms: 7730.176264,
                peak_gib: 14.7509765625,
                output_tokens: 8,
            },
            SingleQuery {
                latency_ms: 380.889237,
                load_ms: 32.834745,
                peak_gib: 14.7548828125,
                output_tokens: 8,
            },
        ],
    },
    GgufBuild {
        model: "lfm2:24b-q8_0",
        counts: Counts {
            correct: [
                97, 96, 107, 71, 83, 80, 82, 102, 76, 96, 113, 83, 98, 83, 109, 110, 127, 117, 113,
                73, 91, 107, 73, 123, 91, 93, 78, 75, 110, 124,
            ],
            pass_3: [99, 81, 83, 114, 77, 105, 126],
            pass_5: [99, 83, 89, 113, 75, 104, 128],
        },
        queries: &[SingleQuery {
            latency_ms: 9905.118332,
            load_ms: 9479.002722,
            peak_gib: 24.9365234375,
            output_tokens: 8,
        }],
    },
    GgufBuild {
        model: "llama3.2:1b-instruct-q4_0",
        counts: Counts {
            correct: [
                16, 19, 43, 24, 48, 22, 33, 40, 21, 31, 1, 15, 51, 25, 37, 23, 51, 73, 7, 34, 36,
                31, 22, 14, 17, 17, 27, 9, 48, 67,
            ],
            pass_3: [22, 23, 19, 17, 36, 27, 76],
            pass_5: [27, 24, 18, 18, 41, 27, 78],
        },
        queries: &[SingleQuery {
            latency_ms: 4921.081206,
            load_ms: 4769.207672,
            peak_gib: 5.6455078125,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "llama3.2:1b",
        counts: Counts {
            correct: [
                36, 33, 78, 31, 57, 29, 55, 49, 25, 62, 51, 22, 46, 32, 60, 53, 66, 71, 23, 23, 43,
                49, 33, 41, 24, 39, 41, 30, 58, 74,
            ],
            pass_3: [55, 49, 43, 56, 57, 65, 94],
            pass_5: [72, 59, 38, 83, 66, 84, 110],
        },
        queries: &[SingleQuery {
            latency_ms: 236.791388,
            load_ms: 86.260446,
            peak_gib: 6.1552734375,
            output_tokens: 7,
        }],
    },
    GgufBuild {
        model: "nemotron-3-nano:4b",
        counts: Counts {
            correct: [
                75, 78, 98, 68, 80, 77, 65, 76, 62, 84, 104, 77, 83, 76, 100, 80, 103, 95, 90, 70,
                84, 79, 69, 104, 75, 89, 67, 59, 91, 105,
            ],
            pass_3: [93, 86, 93, 116, 90, 109, 131],
            pass_5: [96, 94, 104, 118, 94, 116, 134],
        },
        queries: &[SingleQuery {
            latency_ms: 5907.329371,
            load_ms: 94.219339,
            peak_gib: 9.8193359375,
            output_tokens: 10,
        }],
    },
    GgufBuild {
        model: "rnj-1:8b",
        counts: Counts {
            correct: [
                83, 87, 100, 71, 80, 71, 58, 81, 68, 78, 109, 76, 83, 77, 112, 99, 127, 106, 101,
                63, 66, 107, 75, 109, 80, 92, 63, 71, 104, 108,
            ],
            pass_3: [96, 81, 84, 120, 86, 113, 127],
            pass_5: [105, 88, 95, 121, 91, 119, 130],
        },
        queries: &[SingleQuery {
            latency_ms: 7472.198919,
            load_ms: 6973.293011,
            peak_gib: 9.5380859375,
            output_tokens: 8,
        }],
    },
    GgufBuild {
        model: "smollm2:135m-instruct-q4_0",
        counts: Counts {
            correct: [
                17, 18, 20, 22, 45, 19, 30, 39, 22, 27, 1, 15, 49, 27, 36, 21, 42, 71, 8, 33, 34,
                32, 21, 7, 17, 17, 26, 9, 42, 65,
            ],
            pass_3: [40, 45, 43, 30, 45, 62, 85],
            pass_5: [49, 46, 54, 37, 47, 64, 100],
        },
        queries: &[
            SingleQuery {
                latency_ms: 142.04262,
                load_ms: 25.431633,
                peak_gib: 0.8896484375,
                output_tokens: 11,
            },
            SingleQuery {
                latency_ms: 5120.31178,
                load_ms: 5002.286302,
                peak_gib: 0.8896484375,
                output_tokens: 11,
            },
            SingleQuery {
                latency_ms: 138.081653,
                load_ms: 25.732391,
                peak_gib: 0.8896484375,
                output_tokens: 11,
            },
        ],
    },
    GgufBuild {
        model: "smollm2:135m-instruct-q8_0",
        counts: Counts {
            correct: [
                16, 17, 19, 24, 46, 21, 29, 39, 22, 28, 1, 14, 50, 25, 36, 21, 44, 72, 7, 34, 34,
                30, 21, 7, 17, 16, 27, 9, 45, 64,
            ],
            pass_3: [18, 28, 19, 8, 36, 19, 69],
            pass_5: [22, 33, 21, 8, 37, 23, 73],
        },
        queries: &[SingleQuery {
            latency_ms: 150.177666,
            load_ms: 27.076971,
            peak_gib: 0.9404296875,
            output_tokens: 11,
        }],
    },
    GgufBuild {
        model: "smollm2:135m",
        counts: Counts {
            correct: [
                16, 17, 19, 24, 46, 21, 29, 39, 22, 28, 1, 14, 50, 25, 36, 21, 44, 72, 7, 34, 34,
                30, 21, 7, 17, 16, 27, 9, 45, 64,
            ],
            pass_3: [20, 28, 18, 8, 36, 21, 72],
            pass_5: [24, 31, 21, 8, 37, 26, 71],
        },
        queries: &[SingleQuery {
            latency_ms: 147.212593,
            load_ms: 24.304625,
            peak_gib: 1.0693359375,
            output_tokens: 11,
        }],
    },
    GgufBuild {
        model: "qwen3.6:27b",
        counts: Counts {
            correct: [
                94, 88, 104, 69, 88, 83, 92, 98, 88, 98, 112, 101, 99, 88, 117, 114, 130, 119, 107,
                75, 101, 94, 88, 125, 93, 100, 76, 79, 123, 129,
            ],
            pass_3: [99, 94, 102, 115, 86, 112, 129],
            pass_5: [100, 102, 102, 119, 86, 119, 134],
        },
        queries: &[
            SingleQuery {
                latency_ms: 32646.853088,
                load_ms: 130.821365,
                peak_gib: 40.4677734375,
                output_tokens: 1000,
            },
            SingleQuery {
                latency_ms: 32615.444568,
                load_ms: 137.35677,
                peak_gib: 40.4697265625,
                output_tokens: 1000,
            },
        ],
    },
];
