"""Writes pytorch_*.safetensors: small models of PyTorch with an input and its output.

Run in this folder with torch and safetensors installed. Entries of the model are named "model.*".
"""
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(7)


def save(name, model, x, y):
    state = {"model." + key: value.contiguous() for key, value in model.state_dict().items()}
    save_file({**state, "input": x, "output": y.detach().contiguous()}, f"pytorch_{name}.safetensors")


def cnn():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 12, (3, 1), stride=(2, 1), padding="valid", dilation=(1, 1), groups=4), nn.GroupNorm(3, 12),
        nn.PReLU(12), nn.ConvTranspose2d(12, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        nn.LocalResponseNorm(3, alpha=0.5), nn.InstanceNorm2d(6, affine=True), nn.AvgPool2d(2, ceil_mode=True),
        nn.PixelShuffle(1), nn.Upsample(scale_factor=2, mode="bilinear"), nn.AdaptiveAvgPool2d((2, 3)),
        nn.Flatten(), nn.utils.weight_norm(nn.Linear(36, 10)), nn.BatchNorm1d(10), nn.Linear(10, 4))
    for _ in range(3):
        model(torch.randn(8, 3, 12, 12) * 2 + 1)
    model.eval()
    x = torch.randn(2, 3, 12, 12)
    save("cnn", model, x, model(x))


def lstm():
    model = nn.LSTM(5, 4, num_layers=2, bidirectional=True)
    x = torch.randn(6, 3, 5)
    save("lstm", model, x, model(x)[0])


def transformer():
    model = nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, batch_first=True).eval()
    x = torch.randn(2, 5, 8)
    with torch.enable_grad():
        save("transformer", model, x, model(x))


cnn()
lstm()
transformer()
