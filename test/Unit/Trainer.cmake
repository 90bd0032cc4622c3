# From data and a training block to checkpoints.
weir_unit_test(WeirTrainerTests
  TrainerBindTest.cpp
  TrainerCheckpointTest.cpp
  TrainerEvaluateTest.cpp
  TrainerTest.cpp
  LINK WeirTrainer WeirFrontend WeirData)
