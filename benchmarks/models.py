"""The models of examples/ as PyTorch modules, with the same parameter names.

They are written as a PyTorch user would write them. Inputs come in the order of the
.weir files. What runs on other programs is exported from these modules.
"""

import torch
import torch.nn.functional as F
from torch import nn


class CollabDot(nn.Module):
    def __init__(self, users=672, movies=8428, factors=50):
        super().__init__()
        self.user_factors = nn.Embedding(users, factors)
        self.movie_factors = nn.Embedding(movies, factors)
        self.user_bias = nn.Embedding(users, 1)
        self.movie_bias = nn.Embedding(movies, 1)

    def forward(self, user, movie):
        dot = (self.user_factors(user) * self.movie_factors(movie)).sum(dim=1, keepdim=True)
        return 5.5 * torch.sigmoid(dot + self.user_bias(user) + self.movie_bias(movie))


class CollabNN(nn.Module):
    def __init__(self, users=672, movies=8428, width=100):
        super().__init__()
        self.user = nn.Embedding(users, 61)
        self.movie = nn.Embedding(movies, 253)
        self.hidden = nn.Linear(314, width)
        self.out = nn.Linear(width, 1)

    def forward(self, user, movie):
        both = torch.cat([self.user(user), self.movie(movie)], dim=1)
        return 5.5 * torch.sigmoid(self.out(F.relu(self.hidden(both))))


class TabularAdult(nn.Module):
    tables = {"workclass": (9, 5), "education": (17, 8), "marital_status": (8, 5),
              "occupation": (15, 7), "relationship": (7, 5), "race": (6, 4), "sex": (3, 3),
              "native_country": (42, 13)}

    def __init__(self):
        super().__init__()
        for name, (rows, size) in self.tables.items():
            setattr(self, name, nn.Embedding(rows, size))
        self.bn0 = nn.BatchNorm1d(6)
        self.fc1, self.bn1 = nn.Linear(56, 200), nn.BatchNorm1d(200)
        self.fc2, self.bn2 = nn.Linear(200, 100), nn.BatchNorm1d(100)
        self.out = nn.Linear(100, 2)
        self.drop = nn.Dropout(0.04)

    def forward(self, workclass, education, marital_status, occupation, relationship, race, sex,
                native_country, continuous):
        ids = (workclass, education, marital_status, occupation, relationship, race, sex,
               native_country)
        rows = [getattr(self, name)(x) for name, x in zip(self.tables, ids)]
        x = torch.cat([self.drop(torch.cat(rows, dim=1)), self.bn0(continuous)], dim=1)
        x = self.bn1(F.relu(self.fc1(x)))
        return self.out(self.bn2(F.relu(self.fc2(x))))


class NextWord(nn.Module):
    def __init__(self, vocabulary=2000, context=3, factors=48, width=128):
        super().__init__()
        self.word = nn.Embedding(vocabulary, factors)
        self.hidden = nn.Linear(context * factors, width)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, words):
        return self.out(torch.tanh(self.hidden(self.word(words).flatten(1))))


class Recommender(nn.Module):
    bags = ("looked", "bought", "liked", "shared", "searched", "shops", "brands", "topics")

    def __init__(self, rows=20000, factors=32, numbers=13):
        super().__init__()
        for name in self.bags:
            setattr(self, name, nn.EmbeddingBag(rows, factors, mode="sum"))
        self.dense = nn.Sequential(nn.Linear(numbers, 64), nn.ReLU(), nn.Linear(64, factors),
                                   nn.ReLU())
        self.top = nn.Sequential(nn.Linear(factors + 81, 128), nn.ReLU(), nn.Linear(128, 64),
                                 nn.ReLU())
        self.out = nn.Linear(64, 1)
        # ONNX has no bag: PyTorch exports a loop over the examples. A look-up and a sum
        # are much faster there.
        self.plain_bags = False

    def bag(self, name, ids):
        table = getattr(self, name)
        return F.embedding(ids, table.weight).sum(dim=1) if self.plain_bags else table(ids)

    def forward(self, number, looked, bought, liked, shared, searched, shops, brands, topics):
        ids = (looked, bought, liked, shared, searched, shops, brands, topics)
        dense = self.dense(number)
        rows = torch.stack([dense] + [self.bag(name, x) for name, x in zip(self.bags, ids)], dim=1)
        pairs = (rows @ rows.transpose(1, 2)).flatten(1)
        return torch.sigmoid(self.out(self.top(torch.cat([dense, pairs], dim=1))))


def fashion_stride2(width=8):
    return nn.Sequential(
        nn.Conv2d(1, width, 5, 2, 2), nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(2 * width, 4 * width, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(4 * width, 8 * width, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(8 * width, 10, 3, 2, 1), nn.Flatten())


def fashion_pool(width=16):
    return nn.Sequential(
        nn.Conv2d(1, width, 5, 1, 2), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, 1, 1), nn.BatchNorm2d(2 * width), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(2 * width, 4 * width, 3, 1, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * width, 10))


class LeNet(nn.Module):
    def __init__(self, width=32, hidden=128, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.fc1 = nn.Linear(2 * width * 49, hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, image):
        x = F.max_pool2d(F.relu(self.conv1(image)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def layers1024(width=1024):
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
                         nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))


class BasicBlock(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False),
                                            nn.BatchNorm2d(channels))

    def forward(self, x):
        body = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(body + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
        self.fc = nn.Linear(512, classes)

    def forward(self, image):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(image))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def conv_bn(inputs, channels, kernel=1, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, groups=groups,
                                   bias=False), nn.BatchNorm2d(channels))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        weights = self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1))))
        return x * F.hardsigmoid(weights)


class Bottleneck(nn.Module):
    def __init__(self, inputs, expanded, channels, kernel, stride, squeeze, smooth):
        super().__init__()
        self.active = F.hardswish if smooth else F.relu
        self.expand = conv_bn(inputs, expanded) if expanded != inputs else None
        self.depthwise = conv_bn(expanded, expanded, kernel, stride, expanded)
        self.excite = SqueezeExcite(expanded, max(8, 8 * round(expanded / 32))) if squeeze else None
        self.project = conv_bn(expanded, channels)
        self.shortcut = stride == 1 and inputs == channels

    def forward(self, x):
        wide = x if self.expand is None else self.active(self.expand(x))
        wide = self.depthwise(wide)
        wide = self.active(wide if self.excite is None else self.excite(wide))
        narrow = self.project(wide)
        return x + narrow if self.shortcut else narrow


class MobileNet(nn.Module):
    # expanded, channels, kernel, stride, squeeze, smooth
    plan = ((16, 16, 3, 2, True, False), (72, 24, 3, 2, False, False), (88, 24, 3, 1, False, False),
            (96, 40, 5, 2, True, True), (240, 40, 5, 1, True, True), (240, 40, 5, 1, True, True),
            (120, 48, 5, 1, True, True), (144, 48, 5, 1, True, True), (288, 96, 5, 2, True, True),
            (576, 96, 5, 1, True, True), (576, 96, 5, 1, True, True))

    def __init__(self, classes=1000):
        super().__init__()
        self.stem = conv_bn(3, 16, 3, 2)
        inputs, blocks = 16, []
        for expanded, channels, *rest in self.plan:
            blocks.append(Bottleneck(inputs, expanded, channels, *rest))
            inputs = channels
        self.features = nn.Sequential(*blocks)
        self.last = conv_bn(inputs, 576)
        self.classifier = nn.Sequential(nn.Linear(576, 1024), nn.Hardswish(), nn.Dropout(0.2),
                                        nn.Linear(1024, classes))

    def forward(self, image):
        x = self.features(F.hardswish(self.stem(image)))
        x = F.hardswish(self.last(x))
        return self.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Named(nn.Module):
    """A layer whose parameters are called as `output y = ...` calls them."""

    def __init__(self, layer):
        super().__init__()
        self.y = layer

    def forward(self, x):
        return self.y(x)


def product(inputs, outputs):
    return Named(nn.Linear(inputs, outputs, bias=False))


def convolution(inputs, outputs, kernel, stride):
    return Named(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False))


def build(definition):
    """The module of a catalog entry, in inference form."""
    name, *arguments = definition
    return globals()[name](*arguments).eval()


def load(module, tensors):
    """Fills the module with arrays by name (as arrays.read_safetensors gives them);
    every parameter must be there."""
    state = {name: torch.frombuffer(bytearray(value.data), dtype=torch.float32)
             .reshape(value.shape) for name, value in tensors.items()}
    for name, value in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = value
    module.load_state_dict(state, strict=True)
    return module
