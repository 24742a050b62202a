"""Writes pytorch_model_*.safetensors: models of nn/models/, narrow, written once more in PyTorch.

Run in this folder with torch and safetensors installed. Each file has the state ("model.*"), the
inputs ("input0", ...) and the output.
"""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(11)


def save(name, model, *inputs):
    model.eval()
    with torch.enable_grad():  # else PyTorch's transformers take another way for inference
        y = model(*inputs)
    state = {"model." + key: value.detach().clone() for key, value in model.state_dict().items()}
    given = {f"input{i}": x.clone() for i, x in enumerate(inputs)}
    save_file({**state, **given, "output": y.detach().contiguous().clone()}, f"pytorch_model_{name}.safetensors")


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 3, 5, padding=2), nn.Conv2d(3, 8, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(8 * 25, 60), nn.Linear(60, 42), nn.Linear(42, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2).flatten(1)
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x)))))


class Block(nn.Module):
    """He et al., figure 2 with option A: every second element, zeros for new channels."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.stride, self.new = stride, out - channels

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = x[:, :, ::2, ::2]
        return F.relu(y + F.pad(x, (0, 0, 0, 0, self.new // 2, self.new - self.new // 2)))


class ResNet20(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        channels = width
        for group in range(3):
            blocks = []
            for i in range(3):
                out = width * 2**group
                blocks.append(Block(channels, out, 2 if group > 0 and i == 0 else 1))
                channels = out
            setattr(self, f"layer{group + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def vgg11():
    features, channels = [], 3
    for out in (3, 0, 6, 0, 13, 13, 0, 26, 26, 0, 26, 26, 0):  # 0.05 of 64, 128, 256, 512, rounded
        features += [nn.MaxPool2d(2)] if out == 0 else [nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
        channels = out or channels
    model = nn.Module()
    model.features = nn.Sequential(*features)
    model.classifier = nn.Sequential(
        nn.Linear(26, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 10))
    model.forward = lambda x: model.classifier(model.features(x).flatten(1))
    return model


class CharRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.output = nn.LSTM(7, 8, num_layers=2), nn.Linear(8, 7)

    def forward(self, tokens):
        return self.output(self.rnn(F.one_hot(tokens, 7).float())[0])


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 5, padding_idx=0)
        self.rnn, self.output = nn.GRU(5, 6, batch_first=True, bidirectional=True), nn.Linear(12, 3)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        h = self.rnn(packed)[1]
        return self.output(torch.cat([h[0], h[1]], 1))


class Captioner(nn.Module):
    def __init__(self):
        super().__init__()
        self.projection, self.embedding = nn.Linear(4, 6), nn.Embedding(7, 5)
        self.rnn, self.output = nn.LSTM(5, 6, batch_first=True), nn.Linear(6, 7)

    def forward(self, features, words):
        h = self.projection(features)[None]
        return self.output(self.rnn(self.embedding(words), (h, torch.zeros_like(h)))[0])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.annotation = nn.Linear(6, 3, bias=False), nn.Linear(4, 3)
        self.score = nn.Linear(3, 1, bias=False)

    def forward(self, a, h):  # a [N, places, D]
        e = self.score(torch.tanh(self.query(h)[:, None] + self.annotation(a)))
        return (torch.softmax(e, 1) * a).sum(1)


class AttentionCaptioner(nn.Module):
    def __init__(self):
        super().__init__()
        self.init_h, self.init_c = nn.Linear(4, 6), nn.Linear(4, 6)
        self.attention = nn.ModuleDict({"attention": Attention()})
        self.gate, self.embedding, self.cell = nn.Linear(6, 4), nn.Embedding(7, 5), nn.LSTMCell(9, 6)
        self.from_state, self.from_context = nn.Linear(6, 5), nn.Linear(4, 5, bias=False)
        self.output = nn.Linear(5, 7)

    def forward(self, features, words):
        a = features.flatten(2).transpose(1, 2)
        h, c = torch.tanh(self.init_h(a.mean(1))), torch.tanh(self.init_c(a.mean(1)))
        logits = []
        for t in range(words.shape[1]):
            word = self.embedding(words[:, t])
            z = torch.sigmoid(self.gate(h)) * self.attention["attention"](a, h)
            h, c = self.cell(torch.cat([word, z], 1), (h, c))
            logits.append(self.output(torch.tanh(word + self.from_state(h) + self.from_context(z))))
        return torch.stack(logits, 1)


class VQA(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.embedding = nn.Linear(4, 6), nn.Embedding(9, 5)
        self.rnn, self.answer = nn.LSTM(5, 6, batch_first=True), nn.Linear(6, 3)
        self.looks = nn.ModuleList(nn.ModuleDict({
            "image": nn.Linear(6, 4, bias=False), "question": nn.Linear(6, 4),
            "score": nn.Linear(4, 1, bias=False)}) for _ in range(2))

    def forward(self, features, question):
        v = torch.tanh(self.image(features.flatten(2).transpose(1, 2)))
        u = self.rnn(self.embedding(question))[1][0][0]
        for look in self.looks:
            p = torch.softmax(look["score"](torch.tanh(look["image"](v) + look["question"](u)[:, None])), 1)
            u = u + (p * v).sum(1)
        return self.answer(u)


def causal(n):
    return nn.Transformer.generate_square_subsequent_mask(n)


class TransformerLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.position = nn.Embedding(9, 8), nn.Embedding(6, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 12, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)
        for p in self.parameters():
            nn.init.normal_(p, 0.1, 0.3)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.position(torch.arange(tokens.shape[1]))
        return self.encoder(x, mask=causal(tokens.shape[1])) @ self.embedding.weight.t()


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 8)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2, enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12, batch_first=True), 2)
        for p in self.parameters():
            nn.init.normal_(p, 0.1, 0.3)

    def placed(self, tokens):
        t = torch.arange(tokens.shape[1])[:, None]
        angle = t * 10000.0 ** (-torch.arange(0, 8, 2) / 8)
        table = torch.stack([torch.sin(angle), torch.cos(angle)], 2).flatten(1)
        return self.embedding(tokens) * math.sqrt(8) + table

    def forward(self, source, target):
        padding = source == 0
        memory = self.encoder(self.placed(source), src_key_padding_mask=padding)
        y = self.decoder(self.placed(target), memory, tgt_mask=causal(target.shape[1]),
                         memory_key_padding_mask=padding)
        return y @ self.embedding.weight.t()


def used(model, *shape):
    """With running statistics other than the initial ones."""
    model.train()
    for _ in range(3):
        model(torch.randn(shape) * 2 + 1)
    return model


words = torch.tensor([[1, 3, 4, 2], [1, 6, 5, 5]])
save("lenet5", LeNet5(), torch.randn(2, 1, 28, 28))
save("resnet20", used(ResNet20(5), 8, 3, 16, 16), torch.randn(2, 3, 16, 16))
save("vgg11", used(vgg11(), 8, 3, 32, 32), torch.randn(2, 3, 32, 32))
save("char_rnn", CharRNN(), torch.tensor([[0, 6], [3, 2], [5, 5]]))
save("sentiment", Sentiment(), torch.tensor([[4, 2, 8, 1], [3, 3, 0, 0], [7, 0, 0, 0]]), torch.tensor([4, 2, 1]))
save("captioner", Captioner(), torch.randn(2, 4), words)
save("attention_captioner", AttentionCaptioner(), torch.randn(2, 4, 2, 3), words)
save("vqa", VQA(), torch.randn(2, 4, 2, 3), words)
save("transformer_lm", TransformerLM(), words)
save("translator", Translator(), torch.tensor([[5, 4, 8, 0], [2, 7, 0, 0]]), words)
